"""What starts functions besides requests."""
