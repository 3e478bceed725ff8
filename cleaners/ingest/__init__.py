"""Matching a batch with the store and keeping it."""
