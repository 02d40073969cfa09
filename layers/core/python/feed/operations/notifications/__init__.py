"""What others have done that concerns the caller: listed, grouped, counted, and marked as read."""
