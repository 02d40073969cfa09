"""Blocking: begin and end it, list whom one has blocked."""
