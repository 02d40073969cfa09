"""The processes in which functions run."""
