"""Decides whether a takedown request is justified: pure functions over a case, a policy and a text judge."""

from verifier import version

__version__ = version.VERSION

__all__ = ["__version__"]
