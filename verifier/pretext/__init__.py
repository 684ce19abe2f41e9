"""Whether a request is made in good faith: sources, indicators, and how they add up."""
