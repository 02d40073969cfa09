"""All rows of the product's tables as files, and back: docs/backup.md."""
