"""Where events come in: parse, authenticate, validate, run, render."""
