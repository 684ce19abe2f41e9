"""The command line. Each command is one file, found through the entry points `takedown_verifier.commands`."""
