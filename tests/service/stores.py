"""Empty databases for tests: SQLite in a file, and PostgreSQL where a server answers.

The server is `TAKEDOWN_TEST_POSTGRES`, or one on this machine at the usual port. Each store has a
schema of its own, which is dropped afterwards.
"""

import contextlib
import functools
import os
import uuid

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from service.store.base import Store

SERVER = os.environ.get("TAKEDOWN_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


@functools.cache
def server_is_there():
    engine = create_engine(SERVER, connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


@contextlib.contextmanager
def empty_database(kind, tmp_path):
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / f'{uuid.uuid4().hex}.db'}"
        return
    if not server_is_there():
        pytest.skip("no PostgreSQL server answers; name one in TAKEDOWN_TEST_POSTGRES")
    schema = f"test_{uuid.uuid4().hex}"
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        try:
            options = f"-csearch_path={schema} -csynchronous_commit=off"
            url = make_url(SERVER).update_query_dict({"options": options})
            yield url.render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        admin.dispose()


@contextlib.contextmanager
def open_store(kind, tmp_path):
    """A store with every table and no row."""
    from service.store.schema import create_all

    with empty_database(kind, tmp_path) as url:
        store = Store(url)
        try:
            create_all(store)
            yield store
        finally:
            store.close()
