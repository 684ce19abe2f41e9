"""The verifier's own version, as answers name it."""

VERSION = "0.1.0"
