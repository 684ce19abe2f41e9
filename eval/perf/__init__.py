"""How fast verification and the text judge are, measured beside the machine's own peak and beside peers."""
