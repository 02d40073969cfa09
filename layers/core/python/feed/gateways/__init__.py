"""Other services: Function Compute."""
