"""Search: articles by what they say."""
