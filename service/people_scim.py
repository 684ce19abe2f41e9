"""The people directory from a SCIM 2.0 server (RFC 7643, RFC 7644): users, their managers, and groups as roles.

Read whole or not at all: a page that is missing could hold the manager who ties somebody to a case.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

from pydantic import ValidationError

from service.loopback import is_loopback
from service.outward import NoAnswer, call_now, require_safe
from service.people import InvalidPeople, People, Person, Role

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_PREFIX = "takedown-"
"""A group `takedown-senior` gives the role `senior` to its members."""
PAGE = 100
MOST = 200_000
"""Entries of one kind; a server that goes on for longer is not telling of people."""
DEADLINE_S = 20.0
WHOLE_DEADLINE_S = 180.0
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scim:
    """Where the directory is asked for."""

    url: str
    """The base address, such as `https://idp.example/scim/v2`."""
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises `ValueError` for an address at which others could answer."""
        require_safe(self.url)


def read_scim(scim: Scim, details: Iterable[Person] = ()) -> People:
    """Everybody whom the server has. Raises `InvalidPeople`.

    `details`: what the server has no words for (alias, interests, accounts, networks, …), by the same ids. It
    gives and takes nobody's roles, managers or presence; somebody who stands there alone is not in the directory.
    """
    server = _Server(scim)
    users = list(server.all_of("Users"))
    roles = _roles(server.all_of("Groups", filter=f'displayName sw "{GROUP_PREFIX}"'))
    ids = {_text(user, "id"): _person_id(user) for user in users}
    more = {person.id: person for person in details}
    return People(_person(user, ids, roles, more) for user in users)


def _person(
    user: Mapping[str, Any], ids: Mapping[str, str], roles: Mapping[str, set[Role]], more: Mapping[str, Person]
) -> Person:
    scim_id, person_id = _text(user, "id"), _person_id(user)
    enterprise = user.get(ENTERPRISE)
    work: Mapping[str, Any] = enterprise if isinstance(enterprise, dict) else {}
    names = tuple(dict.fromkeys([scim_id, _text(user, "userName"), *_optional(user, "externalId"), *_emails(user)]))
    language = "".join(_optional(user, "preferredLanguage")).partition("-")[0].lower()
    kept = more.get(person_id)
    try:
        person = Person(
            id=person_id,
            name="".join(_optional(user, "displayName")) or _text(user, "userName"),
            roles=tuple(sorted(roles.get(scim_id, ()))),
            manager=_manager(work, ids, person_id),
            desk="".join(_optional(work, "department")) or None,
            languages=(language,) if language else (),
            accounts=names,
            sign_in=names,
            active=user.get("active", True) is True,
        )
    except ValidationError as error:
        places = ", ".join("/".join(map(str, e["loc"])) for e in error.errors(include_input=False))
        raise InvalidPeople(f"the user {scim_id[:80]} can't be read: {places}") from None
    return person if kept is None else _with_details(person, kept)


def _with_details(person: Person, kept: Person) -> Person:
    return person.model_copy(
        update={
            "alias": kept.alias,
            "desk": kept.desk or person.desk,
            "languages": tuple(dict.fromkeys([*person.languages, *kept.languages])),
            "regions": kept.regions,
            "accounts": tuple(dict.fromkeys([*person.accounts, *kept.accounts])),
            "networks": kept.networks,
            "devices": kept.devices,
            "interests": kept.interests,
            "sign_in": tuple(dict.fromkeys([*person.sign_in, *kept.sign_in])),
        }
    )


def _manager(work: Mapping[str, Any], ids: Mapping[str, str], person_id: str) -> str | None:
    named = work.get("manager")
    value = named.get("value") if isinstance(named, dict) else named
    if value in (None, ""):
        return None
    if not isinstance(value, str) or value not in ids:
        raise InvalidPeople(f"{person_id}: the server does not tell who the manager is")
    return ids[value]


def _roles(groups: Iterable[Mapping[str, Any]]) -> dict[str, set[Role]]:
    """Roles by SCIM id. Groups inside of groups give nothing: who decides is named, not derived."""
    found: dict[str, set[Role]] = {}
    for group in groups:
        name = _text(group, "displayName").lower()
        members = group.get("members")
        for role in get_args(Role):
            if name == GROUP_PREFIX + role and isinstance(members, list):
                for member in members:
                    if isinstance(member, dict) and member.get("type", "User") == "User":
                        found.setdefault(str(member.get("value")), set()).add(role)
    return found


def _person_id(user: Mapping[str, Any]) -> str:
    """The user name, as people are called everywhere else here; where it can't be an id, the server's own."""
    name = _text(user, "userName")
    fits = len(name) <= 64 and name.isascii() and all(c.isalnum() or c in "._@-" for c in name)
    return name if fits else _text(user, "id")


def _emails(user: Mapping[str, Any]) -> list[str]:
    """Addresses at work; a private one may be a family's."""
    emails = user.get("emails")
    return [
        str(one["value"])
        for one in (emails if isinstance(emails, list) else ())
        if isinstance(one, dict) and one.get("value") and (one.get("primary") is True or one.get("type") == "work")
    ]


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidPeople(f"an entry of the server has no {name}")
    return value


def _optional(document: Mapping[str, Any], name: str) -> list[str]:
    value = document.get(name)
    return [value] if isinstance(value, str) and value.strip() else []


class _Server:
    """Pages of one server, within one deadline for all of them."""

    def __init__(self, scim: Scim) -> None:
        self._base = scim.url.rstrip("/")
        self._headers = {"Accept": "application/scim+json, application/json"}
        if scim.token:
            self._headers["Authorization"] = f"Bearer {scim.token}"
        self._outside = not is_loopback(urlsplit(scim.url).hostname or "")
        self._end = time.monotonic() + WHOLE_DEADLINE_S

    def all_of(self, kind: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Every resource of a kind. Raises `InvalidPeople` when they are not as many as the server says."""
        seen: set[str] = set()
        start, total = 1, None
        while total is None or start <= total:
            page = self._page(kind, {"startIndex": str(start), "count": str(PAGE), **query})
            total, resources = page.get("totalResults"), page.get("Resources") or []
            if not isinstance(total, int) or total > MOST or not isinstance(resources, list):
                raise InvalidPeople(f"the server's list of {kind} can't be read")
            for resource in resources:
                if not isinstance(resource, dict) or _text(resource, "id") in seen:
                    raise InvalidPeople(f"the server's list of {kind} changed while it was read, or is none")
                seen.add(_text(resource, "id"))
                yield resource
            if not resources:
                break
            start += len(resources)
        if len(seen) != total:
            raise InvalidPeople(f"the server told of {total} {kind} and gave {len(seen)}")

    def _page(self, kind: str, query: Mapping[str, str]) -> dict[str, Any]:
        left = min(DEADLINE_S, self._end - time.monotonic())
        if left <= 0:
            raise InvalidPeople("the server took too long")
        try:
            answer = call_now(
                "GET", f"{self._base}/{kind}?{urlencode(query)}",
                deadline_s=left, headers=self._headers, max_bytes=MAX_BYTES, trust_env=self._outside,
            )  # fmt: skip
        except NoAnswer as silent:
            raise InvalidPeople(f"the server can't be reached: {silent}") from None
        if answer.status != 200:
            raise InvalidPeople(f"the server answered {answer.status}")
        try:
            page = json.loads(answer.body)
        except (ValueError, RecursionError):
            page = None
        if not isinstance(page, dict):
            raise InvalidPeople("the server answered with no JSON object")
        return page
