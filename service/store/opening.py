"""Opens a database and brings its tables up to date."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.store.base import Store

DEFAULT_DATABASE = "sqlite:///takedown.db"
"""A file in the folder that the service is started in."""

_LOCK = 0x7464_6D69_6772_6174
"""Names migration among PostgreSQL's advisory locks: of several replicas that start, one migrates."""


class WrongVersion(RuntimeError):  # noqa: N818 - reads as what it is
    """The database is of a later version of this program; nothing was touched."""


class TemporaryStore(Store):
    """A database in a folder of its own that is gone when it is closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="takedown-store-"))
        super().__init__(f"sqlite:///{self.folder / 'takedown.db'}")

    def close(self) -> None:
        """Let go of every connection, and of the folder with whatever else was put there."""
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


def open_store(url: str | None) -> Store:
    """The database at `url` with today's tables; without a URL one that doesn't outlive the process.

    Raises `WrongVersion` for a database that a later version has migrated.
    """
    store = Store(url) if url is not None else TemporaryStore()
    try:
        migrate(store)
    except BaseException:
        store.close()
        raise
    return store


def migrate(store: Store) -> None:
    """Bring the tables up to date, in one transaction."""
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    with store.engine.begin() as connection:
        if not store.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        now = MigrationContext.configure(connection).get_current_revision()
        if now == script.get_current_head():
            return
        if now is not None and now not in {revision.revision for revision in script.walk_revisions()}:
            raise WrongVersion(f"the database is at revision {now}, which this version doesn't know")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alembic_config() -> Config:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
