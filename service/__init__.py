"""The doors: command line and HTTP. Decides nothing itself; asks the verifier, and fails closed."""
