"""Following: change it, ask for it, list it."""
