"""Articles: write, read, edit, publish, withdraw, delete, list, and see how far a delivery has come."""
