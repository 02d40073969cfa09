"""Profiles: read anybody's, change one's own."""
