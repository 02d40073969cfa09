"""The commands behind scripts/: each module is one of them, with its own --help."""
