"""Backs up and restores a SQLite database: online, checked, and never over something that is there."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url


class BackupFailed(RuntimeError):  # noqa: N818 - reads as what it is
    """No backup was made or restored; the message says why."""


def back_up(url: str, target: Path) -> int:
    """Copy the database while others use it; the size of the copy in bytes. Raises `BackupFailed`.

    SQLite's own backup sees one moment. `target` appears only when the copy is whole and was checked.
    """
    return _copy(_file(url), target)


def restore_from(source: Path, url: str) -> None:
    """Put a backup where the database was. Raises `BackupFailed`, also when there is a database."""
    target = _file(url)
    left = [path for path in (target, Path(f"{target}-wal"), Path(f"{target}-shm")) if path.exists()]
    if left:
        raise BackupFailed(f"{left[0]} is there; stop the service and move it away first")
    _copy(source, target)


def _copy(source: Path, target: Path) -> int:
    if not source.is_file():
        raise BackupFailed(f"there is no database at {source}")
    if target.exists():
        raise BackupFailed(f"{target} is there already")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # readable by its owner alone
    os.close(handle)
    unfinished = Path(name)
    try:
        read_only = f"{source.resolve().as_uri()}?mode=ro"
        with (
            contextlib.closing(sqlite3.connect(read_only, uri=True)) as here,
            contextlib.closing(sqlite3.connect(unfinished)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
            _check(there, source)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        os.link(unfinished, target)  # fails where something appeared meanwhile
        return target.stat().st_size
    except (sqlite3.Error, OSError) as error:
        raise BackupFailed(f"{source} could not be copied: {error}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _check(copy: sqlite3.Connection, source: Path) -> None:
    (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if verdict != "ok" or not {"requests", "audit_entries"} <= tables:
        raise BackupFailed(f"{source} is damaged, or no database of this service")


def _file(url: str) -> Path:
    found = make_url(url)
    if found.get_backend_name() != "sqlite":
        raise BackupFailed("this is for SQLite; back PostgreSQL up with pg_dump, as docs/operations.md says")
    if found.database in (None, "", ":memory:"):
        raise BackupFailed("a database in memory can't be backed up")
    return Path(str(found.database))
