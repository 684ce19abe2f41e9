"""Floor three."""
