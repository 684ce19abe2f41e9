"""Turns what meeting systems send into telemetry. One module per system; what it can't know it leaves out."""
