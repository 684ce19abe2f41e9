"""Pages on which people decide: rendered by the server, usable by keyboard, calm to look at for a day."""
