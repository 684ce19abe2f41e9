"""What Alembic runs: migrates the connection that `service.store.opening` hands over."""

from __future__ import annotations

from alembic import context

from service.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    compare_type=True,
    render_as_batch=True,  # SQLite can't alter most things in place
    transactional_ddl=True,
    user_module_prefix="service.store.types.",
)
with context.begin_transaction():
    context.run_migrations()
