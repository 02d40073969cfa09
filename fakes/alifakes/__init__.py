"""Local stand-ins for Alibaba Cloud services that speak the real protocols."""
