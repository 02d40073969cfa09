"""scripts/docs: the documents that are built from the code and from a recorded run."""
