"""Migrations make exactly the tables that the code has, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from service.store.base import Store
from service.store.opening import WrongVersion, alembic_config, open_store
from service.store.schema import metadata
from tests.service.stores import KINDS, empty_database


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with empty_database(request.param, tmp_path) as empty:
        yield empty


def test_migrations_make_the_tables_of_the_code(url):
    store = open_store(url)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        assert compare_metadata(context, metadata()) == []
        assert set(inspect(connection).get_table_names()) == {*metadata().tables, "alembic_version"}
    store.close()


def test_opening_again_changes_nothing_and_keeps_what_is_there(url):
    store = open_store(url)
    with store.transaction() as session:
        session.execute(text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, 'x')"))
    store.close()
    again = open_store(url)
    with again.reading() as session:
        assert session.execute(text("SELECT hash FROM audit_head")).scalar() == "x"
    again.close()


def test_of_several_that_start_at_once_one_migrates(url):
    with ThreadPoolExecutor(4) as replicas:
        for store in list(replicas.map(open_store, [url] * 4)):
            store.close()


def test_every_step_can_be_taken_back(url):
    store, config = open_store(url), alembic_config()
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    store.close()


def test_a_database_of_a_later_version_is_left_alone(url):
    open_store(url).close()
    store = Store(url)
    with store.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(WrongVersion):
        open_store(url)
