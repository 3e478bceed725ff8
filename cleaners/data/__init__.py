"""Data files, read by their rooms; a package so that they are found inside a zip too (Spark ships one)."""
