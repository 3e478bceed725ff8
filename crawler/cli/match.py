"""``jianbao dedup``: match a corpus that others made."""
