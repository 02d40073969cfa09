"""The rows behind the product, one file per table group; client.py is the SDK's only door."""
