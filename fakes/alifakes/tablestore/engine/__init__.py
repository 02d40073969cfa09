"""The tables themselves: rows, versions, conditions, ranges, indexes; nothing here knows the wire format."""
