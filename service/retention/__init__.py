"""What is kept, for how long, and how it is erased: words go, digests and decisions stay."""
