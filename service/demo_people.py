"""People for the demo's console: three invented reviewers, with a password that is made anew each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from service.clock import utc_now
from service.console.accounts import Accounts
from service.people import read_people
from service.store.opening import open_store

DIRECTORY = """\
people:
  - {id: ana, name: Ana Duarte, roles: [senior], desk: lisbon, languages: [en, es, pt, zh]}
  - {id: bo, name: Bo Lindqvist, roles: [senior], desk: malmo, languages: [en, zh, ru]}
  - {id: chi, name: Chi Okafor, roles: [lead, auditor], desk: lagos, languages: [en, fr]}
"""
NAMES = ("ana", "bo", "chi")


@dataclass(frozen=True, slots=True)
class Reviewers:
    """The directory's file, and the password of all three."""

    directory: Path
    password: str


def settle(folder: Path, database: str) -> Reviewers:
    """Write the directory into `folder` and give everybody the same new password."""
    directory = folder / "people.yaml"
    directory.write_text(DIRECTORY, encoding="utf-8")
    password = secrets.token_urlsafe(12)
    store = open_store(database)
    try:
        accounts = Accounts(store, utc_now, read_people(directory))
        for name in NAMES:
            accounts.set_password(name, password, by="demo")
    finally:
        store.close()
    return Reviewers(directory, password)
