"""Other services: Function Compute and Alipay."""
