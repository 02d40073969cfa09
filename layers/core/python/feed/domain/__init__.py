"""The rules themselves, pure: no I/O, no clock, no randomness."""
