"""The people directory: who works here, under whom, at which desk, with which interests and accounts.

Reviewers' independence rests on it, so it is strict: an unknown manager, a circle of managers or an account
that two people claim is refused at load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verifier.normalise import skeleton

Role = Literal["reviewer", "senior", "lead", "auditor", "admin"]
"""reviewer: decides. senior: also what was escalated. lead: also sees quality figures. auditor: reads the log."""

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{1,64}$")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class InvalidPeople(ValueError):  # noqa: N818 - reads as what it is
    """The directory is not valid; the message says where."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Interests(_Entry):
    """What a person declared to have a stake in. Empty lists mean: nothing declared."""

    parties: tuple[_Name, ...] = ()
    """Organisations and offices by name, as they sign requests."""
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    """Countries for whose authorities the person works or worked (ISO 3166-1 alpha-2)."""
    meetings: tuple[_Name, ...] = ()
    accounts: tuple[_Name, ...] = ()
    """Accounts of family, clients and the like."""


class Person(_Entry):
    """Somebody who works here."""

    id: _Id
    name: _Name
    alias: _Name | None = None
    """What others see instead of the name: who decides must not be easy to press."""
    roles: tuple[Role, ...] = ("reviewer",)
    manager: _Id | None = None
    desk: _Name | None = None
    languages: tuple[_Name, ...] = ()
    """BCP 47 primary tags that the person reads."""
    regions: tuple[_Name, ...] = ()
    accounts: tuple[_Name, ...] = ()
    """Actor and account ids that are this person, on every system that asks or is asked."""
    networks: tuple[_Name, ...] = ()
    devices: tuple[_Name, ...] = ()
    """Cluster labels of the person's own networks and devices, as the platform names them."""
    interests: Interests = Interests()
    sign_in: tuple[_Name, ...] = ()
    """Subjects or e-mail addresses under which the OpenID provider knows the person."""
    active: bool = True
    """Whether the person works here now. Who left decides nothing, and still stands in everybody's reporting line."""

    @property
    def shown(self) -> str:
        """The alias, or the id where there is none; never the name."""
        return self.alias or self.id

    @property
    def rank(self) -> int:
        """0: none that decides, 1: reviewer, 2: senior, 3: lead."""
        if not self.active:
            return 0
        return max(({"reviewer": 1, "senior": 2, "lead": 3}.get(role, 0) for role in self.roles), default=0)


class _File(_Entry):
    version: Literal[1] = 1
    people: tuple[Person, ...] = ()


class People:
    """Everybody in the directory. Immutable."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        """Raises `InvalidPeople` where entries contradict each other."""
        self._by_id: dict[str, Person] = {}
        self._by_account: dict[str, Person] = {}
        self._by_sign_in: dict[str, Person] = {}
        for person in people:
            if person.id in self._by_id:
                raise InvalidPeople(f"{person.id} stands twice")
            self._by_id[person.id] = person
        for person in self:
            if person.manager is not None and person.manager not in self._by_id:
                raise InvalidPeople(f"{person.id}: the manager {person.manager} is not in the directory")
            for account in {person.id, *person.accounts}:
                other = self._by_account.setdefault(account, person)
                if other is not person:
                    raise InvalidPeople(f"{account} is claimed by {other.id} and by {person.id}")
            for name in person.sign_in:
                other = self._by_sign_in.setdefault(name.casefold(), person)
                if other is not person:
                    raise InvalidPeople(f"{other.id} and {person.id} can't both sign in as {name}")
        for person in self:
            self.managers(person)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def age_s(self) -> float:
        """Seconds since what it says was so, where that changes."""
        return 0.0

    async def watch(self) -> None:
        """Keep up to date until cancelled; a directory from a file stays as it is."""

    def now(self) -> People:
        """The directory at this moment, for whoever asks it more than once about one thing."""
        return self

    def get(self, person_id: str | None) -> Person | None:
        """The person of that id, if they work here now."""
        found = None if person_id is None else self._by_id.get(person_id)
        return found if found is not None and found.active else None

    def behind(self, account: str | None) -> Person | None:
        """Whose actor or account id this is, or was."""
        return None if account is None else self._by_account.get(account)

    def signing_in(self, name: str, *, exactly: bool) -> Person | None:
        """Whom the OpenID provider means by this name, if they work here now.

        `exactly`: subjects differ by case; e-mail addresses don't.
        """
        found = self._by_sign_in.get(name.casefold())
        if found is None or not found.active or (exactly and name not in found.sign_in):
            return None
        return found

    def managers(self, person: Person) -> tuple[Person, ...]:
        """The chain above a person, nearest first. Raises `InvalidPeople` for a circle."""
        chain: list[Person] = []
        at = self._above(person)
        while at is not None:
            if at is person or at in chain:
                raise InvalidPeople(f"{person.id}: the managers go in a circle at {at.id}")
            chain.append(at)
            at = self._above(at)
        return tuple(chain)

    def _above(self, person: Person) -> Person | None:
        return None if person.manager is None else self._by_id.get(person.manager)

    def one_line(self, a: Person, b: Person) -> bool:
        """Whether one stands above the other, however far."""
        return b in self.managers(a) or a in self.managers(b)


def read_people(path: Path) -> People:
    """Read the directory from a YAML file. Raises `InvalidPeople`."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidPeople(f"can't read the directory: {type(error).__name__}") from None
    return parse_people(document)


def parse_people(document: Mapping[str, Any] | None) -> People:
    """The directory from parsed YAML or JSON. Raises `InvalidPeople`."""
    try:
        return People(_File.model_validate(document or {}).people)
    except ValidationError as error:
        places = (f"/{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InvalidPeople("; ".join(places)) from None


def same_party(a: str, b: str) -> bool:
    """Whether two names of parties are one, however they are spelt or spaced."""
    return bool(skeleton(a)) and skeleton(a) == skeleton(b)
