"""Who acts on the command line, as the audit log names them."""

from __future__ import annotations

import getpass


def operator() -> str:
    """`operator:` and the name of the account that runs the command."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a user id without a name
        return "operator:unknown"
