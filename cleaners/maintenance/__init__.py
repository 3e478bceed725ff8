"""Looking after a store: takedown, cleaning again, checks and repairs, backup, merging."""
