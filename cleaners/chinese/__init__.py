"""What is particular to Chinese text: scripts, disguises, spun vocabulary, regions."""
