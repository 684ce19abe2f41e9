"""Evaluation reports: one JSON document, one page to read, pictures where matplotlib is installed."""
