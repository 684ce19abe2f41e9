"""Takedown requests as the service remembers them: what was asked, what was answered, and where it stands."""
