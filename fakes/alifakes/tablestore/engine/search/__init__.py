"""Search indexes: an inverted index in memory that follows a table, and the queries on it."""
