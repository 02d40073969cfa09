"""Tips: ordering one, looking at it, and the account and ledger of whoever was tipped."""
