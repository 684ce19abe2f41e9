"""Keys for tests."""

import hashlib


def entry(key, name, *scopes):
    """One key as the environment lists it."""
    return {"key_sha256": hashlib.sha256(key.encode()).hexdigest(), "name": name, "scopes": list(scopes)}


def bearer(key):
    return {"Authorization": f"Bearer {key}"}
