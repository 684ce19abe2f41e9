"""Shadow mode: recorded cases under another model or policy."""
