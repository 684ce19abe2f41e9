"""Patterns that no single request shows: how each requester's, and each pair's, requests ended over time."""
