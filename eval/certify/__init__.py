"""A promise about the false-clear rate: the threshold that keeps it, found on calibration data."""
