"""What scripts/admin does, one file per command."""
