"""What readers do to articles: each act is logged once, and counted when it changes something."""
