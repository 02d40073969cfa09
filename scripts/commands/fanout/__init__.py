"""scripts/fanout: what deliveries are doing, whether everybody has an article, and putting what is missing."""
