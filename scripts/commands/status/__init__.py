"""scripts/status: the product's health in ten lines."""
