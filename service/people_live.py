"""A people directory that is read again and again. Too old a copy is no directory: then nobody is independent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from service.people import InvalidPeople, People, Person, read_people
from service.people_scim import Scim, read_scim

log = logging.getLogger("takedown.people")

EVERY_S = 300.0
STALE_S = 3_600.0
"""Somebody's interests, manager or employment may have changed since; nobody decides on older news than that."""
_NOBODY = People()


class LivePeople(People):
    """The last directory that could be read whole, for as long as it is fresh; nobody after that."""

    def __init__(self, read: Callable[[], People], monotonic: Callable[[], float] = time.monotonic) -> None:
        """`read` gives the directory or raises `InvalidPeople`; it is called by `refresh` alone."""
        self._read = read
        self._monotonic = monotonic
        self._latest: People | None = None
        self._since = monotonic()
        super().__init__()

    def refresh(self) -> bool:
        """Read it again; whether that went well. The copy that there was stays until it is too old."""
        began = self._monotonic()
        try:
            self._latest = self._read()
        except InvalidPeople:
            log.exception("the people directory could not be read")
            return False
        self._since = began
        return True

    async def watch(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.to_thread(self.refresh)
            await asyncio.sleep(EVERY_S if self._latest is not None else EVERY_S / 10)

    @property
    def age_s(self) -> float:
        """Seconds since what it says was so; since the start, where nothing could be read yet."""
        return self._monotonic() - self._since

    def now(self) -> People:
        """The directory at this moment."""
        return _NOBODY if self._latest is None or self.age_s > STALE_S else self._latest

    def __iter__(self) -> Iterator[Person]:
        return iter(self.now())

    def __len__(self) -> int:
        return len(self.now())

    def get(self, person_id: str | None) -> Person | None:
        """The person of that id, if they work here now."""
        return self.now().get(person_id)

    def behind(self, account: str | None) -> Person | None:
        """Whose actor or account id this is, or was."""
        return self.now().behind(account)

    def signing_in(self, name: str, *, exactly: bool) -> Person | None:
        """Whom the OpenID provider means by this name, if they work here now."""
        return self.now().signing_in(name, exactly=exactly)

    def managers(self, person: Person) -> tuple[Person, ...]:
        """The chain above a person, nearest first."""
        return self.now().managers(person)


def directory(scim: Scim | None, file: Path | None) -> People:
    """The directory as it is configured: of a server, of a file, of nobody. Raises `InvalidPeople` for a bad file.

    With both, the file only adds what the server has no words for. A server is not asked yet.
    """
    if scim is None:
        return read_people(file) if file is not None else People()
    server = scim
    if file is not None:
        read_people(file)  # a file that can't be read stops the start, with or without a server
    return LivePeople(lambda: read_scim(server, read_people(file) if file is not None else ()))


def directory_now(scim: Scim | None, file: Path | None) -> People:
    """The same, asked at once. Raises `InvalidPeople`."""
    if scim is None:
        return directory(None, file)
    return read_scim(scim, read_people(file) if file is not None else ())
