"""What operators see of a running service: logs, metrics and traces. None of it holds a word that anybody wrote."""
