"""What the platform observed, whose doing it is, and what that proves."""
