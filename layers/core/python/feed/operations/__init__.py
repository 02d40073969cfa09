"""What the product does: one file per operation, with its request, its response and one function."""
