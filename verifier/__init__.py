"""Decides whether a takedown request is justified: pure functions over a case, a policy and a text judge."""

from verifier.version import VERSION as __version__

__all__ = ["__version__"]
