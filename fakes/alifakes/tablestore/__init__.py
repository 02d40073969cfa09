"""A local Tablestore: the service's wire protocol over an engine in memory or in SQLite."""
