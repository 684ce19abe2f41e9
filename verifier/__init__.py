"""Decides whether a takedown request is justified: pure functions over a case, a policy and a text judge."""
