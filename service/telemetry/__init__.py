"""What the platform observed, as it comes in: meetings, signals, reports and coverage."""
