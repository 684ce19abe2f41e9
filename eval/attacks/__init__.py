"""Attacks by an opponent who has read the code, each beside the innocent look-alike that must not be flagged."""
