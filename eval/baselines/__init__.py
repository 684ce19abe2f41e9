"""What simpler systems would have answered, through the same measures."""
