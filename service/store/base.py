"""The database: how to open it, and the one kind of transaction in which everything is written.

Rooms declare their tables on `Base` in a `tables.py` of their own; migrations collect them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import StaticPool

BUSY_S = 15.0
"""Seconds that a writer waits for another one before it gives up; then the answer is 503."""


_PRAGMAS = (
    "journal_mode=WAL",  # readers and one writer at a time
    "synchronous=FULL",  # a commit is on the disk before anybody hears of it
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive datetimes are refused; SQLite, which has no zones, gets UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the service. Constraint names are fixed, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Store:
    """One database. Safe to share between threads.

    Every write runs inside :meth:`transaction`: what it records and the audit entry that says so are
    committed together or not at all. On SQLite a transaction takes the write lock at its start
    (`BEGIN IMMEDIATE`), so that a read in it stays true until the commit; on PostgreSQL rows that a
    decision rests on are read with `with_for_update()`.
    """

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy reads it: `sqlite:///file.db`, `postgresql+psycopg://…`."""
        self.url = make_url(url)
        self.engine = _engine(self.url.render_as_string(hide_password=False), sqlite=self.embedded)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back and re-raises."""
        with self._sessions.begin() as session:
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, and sees one moment; on SQLite it never waits for a writer."""
        one_moment = {"reads_only": True} if self.embedded else {"isolation_level": "REPEATABLE READ"}
        with self._sessions() as session:
            session.connection(execution_options=one_moment)
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _server(url: str) -> Engine:
    """PostgreSQL. Nobody waits for ever: not for a server that is gone, nor for somebody who sits on a lock."""
    reaching = {"connect_timeout": 5, "tcp_user_timeout": int(BUSY_S * 1000)}
    engine = create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=reaching
    )

    @event.listens_for(engine, "connect")
    def _patience(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(BUSY_S * 1000)}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {int(4 * BUSY_S * 1000)}")
        connection.commit()

    return engine


def _engine(url: str, *, sqlite: bool) -> Engine:
    if not sqlite:
        return _server(url)
    memory = make_url(url).database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    options["hide_parameters"] = True  # an error's message goes into logs; what was to be stored doesn't
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_S}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={int(BUSY_S * 1000)}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
