"""Backups are whole, made while the service writes, and never put over something."""

import subprocess
import threading
from shutil import which

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from service.cli.store import store as command
from service.clock import utc_now
from service.keys.book import Grant, KeyBook
from service.store.opening import open_store
from tests.service.stores import SERVER, empty_database, server_is_there

FORM = Grant("form", ("requests:submit",))


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'takedown.db'}"


def test_a_backup_restores_to_what_it_was(url, tmp_path):
    store = open_store(url)
    key = KeyBook(store, utc_now).create(FORM, by="op")
    backup = tmp_path / "backup.db"
    assert run("backup", backup, "--database", url).exit_code == 0
    KeyBook(store, utc_now).revoke(key.key_id, by="op")
    store.close()
    refused = run("restore", backup, "--database", url)
    assert refused.exit_code == 1
    assert "move it away" in refused.stderr
    for left in tmp_path.glob("takedown.db*"):
        left.unlink()
    assert run("restore", backup, "--database", url).exit_code == 0
    again = open_store(url)
    assert KeyBook(again, utc_now).caller_with(key.secret).name == "form"
    again.close()


def test_a_backup_under_load_sees_one_moment(url, tmp_path):
    """Each change writes a key and an audit entry together; a copy between the two would hold unequal numbers."""
    store = open_store(url)
    book, stop = KeyBook(store, utc_now), threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            book.create(Grant(f"k{n}", ("admin",)), by="op")
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            assert run("backup", tmp_path / f"b{n}.db", "--database", url).exit_code == 0
    finally:
        stop.set()
        writer.join(30)
        store.close()
    for n in range(5):
        copy = open_store(f"sqlite:///{tmp_path / f'b{n}.db'}")
        with copy.engine.connect() as connection:
            keys = connection.exec_driver_sql("SELECT count(*) FROM api_keys").scalar()
            told = connection.exec_driver_sql("SELECT count(*) FROM audit_entries").scalar()
        assert keys == told
        copy.close()


def test_what_is_no_backup_is_refused(url, tmp_path):
    stray = tmp_path / "stray.db"
    stray.write_bytes(b"not a database" * 1000)
    assert run("restore", stray, "--database", url).exit_code == 1
    assert run("backup", tmp_path / "b.db", "--database", url).exit_code == 1
    assert run("backup", tmp_path / "b.db", "--database", "postgresql+psycopg://h/d").exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stray.db"]


def test_postgresql_is_dumped_and_restored_as_the_documentation_says(tmp_path):
    if not server_is_there() or which("pg_dump") is None:
        pytest.skip("needs a PostgreSQL server and pg_dump")
    with empty_database("postgresql", tmp_path) as url:
        store = open_store(url)
        key = KeyBook(store, utc_now).create(FORM, by="op")
        schema = make_url(url).query["options"].split("search_path=")[1].split()[0]
        plain = make_url(SERVER).set(drivername="postgresql").render_as_string(hide_password=False)
        dump = tmp_path / "takedown.dump"
        subprocess.run(["pg_dump", "-Fc", "-n", schema, "-f", dump, plain], check=True)
        KeyBook(store, utc_now).revoke(key.key_id, by="op")
        store.close()
        subprocess.run(["pg_restore", "--clean", "-d", plain, dump], check=True)
        again = open_store(url)
        assert KeyBook(again, utc_now).caller_with(key.secret).name == "form"
        again.close()
