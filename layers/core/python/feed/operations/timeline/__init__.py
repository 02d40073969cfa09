"""The timeline: what the authors that somebody follows have published."""
