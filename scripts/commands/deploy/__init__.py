"""scripts/deploy: the whole road to an account, or back to the release before."""
