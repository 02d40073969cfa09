"""What to read next: by one's own taste, by an article, by author, and what is hot."""
