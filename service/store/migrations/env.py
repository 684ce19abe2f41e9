"""What Alembic runs: migrates the connection that is handed over, or compares it with the code's tables."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from service.store.schema import metadata


def _own_types(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """The store's own column types, by name; Alembic knows the others."""
    if kind != "type" or not type(item).__module__.startswith("service."):
        return False
    autogen.imports.add(f"from {type(item).__module__} import {type(item).__name__}")
    return f"{type(item).__name__}()"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_item=_own_types,
    render_as_batch=True,  # SQLite can't alter most things in place
)
with context.begin_transaction():
    context.run_migrations()
