"""The audit log: what happened, in an order that nobody can change without being found out."""
