"""Writes the next migration: `python -m service.store.migrations.new "Add a column for …"`.

It has what the code's tables differ in from what the migrations make. Read it before you commit it.
"""

from __future__ import annotations

import sys

from alembic import command
from alembic.script import ScriptDirectory

from service.store.opening import TemporaryStore, alembic_config, migrate


def main(message: str) -> None:
    """Compare the tables in the code with what the migrations make, and write down the difference."""
    store = TemporaryStore()
    try:
        migrate(store)
        config = alembic_config()
        number = 1 + len(list(ScriptDirectory.from_config(config).walk_revisions()))
        with store.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    finally:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1])
