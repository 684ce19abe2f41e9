"""The scene of an attack: a meeting whose record is complete, a host who did nothing, a claim that says otherwise."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from verifier.case import LabelledCase

COUNTED_ON = ("transcript", "chat")
"""Kinds of record that are complete in every base case."""


class Scene:
    """One case under construction, as plain data. Ids are made from `rng` and say nothing.

    It starts from an honest mistake: whatever complaints, exhibits, history and justification the base
    case had are gone, the people and the record are as they were. `guests` are its attendees of long standing.
    """

    def __init__(self, base: LabelledCase, rng: Random) -> None:
        self.rng = rng
        self.base_id = base.case_id
        self.document: dict[str, Any] = deepcopy(base.case.model_dump())
        self.request: dict[str, Any] = self.document["request"]
        self.meeting: dict[str, Any] = self.document["meeting"]
        self.reports: list[dict[str, Any]] = []
        self.exhibits: list[dict[str, Any]] = []
        self.signals: list[dict[str, Any]] = list(self.document["signals"])
        self.people: list[dict[str, Any]] = [dict(p) for p in self.meeting["participants"]]
        self.reuse: list[dict[str, Any]] = []
        self.verdict = "refuted"
        self.asked: datetime = self.request["submitted_at"]
        self.guests = [p for p in self.people if p["role"] == "attendee" and self._established(p)]
        self._clean()

    def _established(self, person: dict[str, Any]) -> bool:
        made = (person["account"] or {}).get("created_at")
        return made is not None and self.asked - made > timedelta(days=60)

    def _clean(self) -> None:
        self.request["requester"] = {"actor_id": self.token("u"), "role": "trust_and_safety"}
        self.request["legal_basis"] = {"kind": "terms_of_service"}
        self.request["urgency"] = "routine"
        self.request["justification"] = "A complaint reached us. Please check it against the record."
        self.request["claims"] = self.request["claims"][:1]
        self.claim["occurred_at"] = self.at(0.5)
        self.claim["participant_ids"] = ()
        self.claim["narrative"] = "The host did it, in front of everybody."
        self.request["action"] = "end_meeting" if self.meeting["ended_at"] is None else "suspend_account"
        kind = "meeting" if self.request["action"] == "end_meeting" else "account"
        account = None if kind == "meeting" else self.meeting["host_account"]["account_id"]
        self.request["target"] = {"kind": kind, "meeting_id": self.meeting["meeting_id"], "account_id": account}

    @property
    def claim(self) -> dict[str, Any]:
        """The one claim of the request."""
        claim: dict[str, Any] = self.request["claims"][0]
        return claim

    @cached_property
    def start(self) -> datetime:
        """When the meeting began."""
        started: datetime = self.meeting["started_at"]
        return started

    @cached_property
    def end(self) -> datetime:
        """When it ended, or when the request came."""
        return min(self.meeting["ended_at"] or self.asked, self.asked)

    @property
    def host(self) -> dict[str, Any]:
        """The host."""
        return next(p for p in self.people if p["role"] == "host")

    def token(self, prefix: str) -> str:
        """An id that says nothing."""
        return f"{prefix}-{self.rng.getrandbits(40):010x}"

    def at(self, share: float) -> datetime:
        """A moment of the meeting, as a share of its length."""
        return (self.start + (self.end - self.start) * share).replace(microsecond=0)

    def account(self, *, days: float | None = None, **known: Any) -> dict[str, Any]:
        """An account `days` old at the request (else two to eight years), on a network and device of its own."""
        age = timedelta(days=self.rng.uniform(700, 2900) if days is None else days)
        return {
            "account_id": self.token("a"),
            "created_at": self.asked - age,
            "country": self.meeting["host_account"]["country"],
            "email_domain": self.rng.choice(("gmail.com", "outlook.com", "yahoo.com", "proton.me", "gmx.net")),
            "network_id": self.token("n"),
            "device_id": self.token("d"),
            **known,
        }

    def join(
        self,
        account: dict[str, Any] | None,
        name: str,
        *,
        joined: datetime | None = None,
        left: datetime | None = None,
        invited: bool = False,
    ) -> dict[str, Any]:
        """Somebody is in the participant log; from the beginning to the end unless told."""
        person = {
            "participant_id": self.token("p"),
            "display_name": name,
            "role": "attendee",
            "account": account,
            "joined_at": joined or self.start + timedelta(seconds=self.rng.randint(2, 200)),
            "left_at": left,
        }
        self.people.append(person)
        if invited:
            at = joined or self.start
            self.signal("security_event", at, person, "Joined by invitation.", event="join_invited")
        return person

    def signal(
        self,
        kind: str,
        at: datetime,
        person: dict[str, Any] | None,
        text: str | None,
        *,
        event: str | None = None,
        **more: Any,
    ) -> None:
        """The platform observed something."""
        self.signals.append(
            {
                "signal_id": self.token("s"),
                "kind": kind,
                "observed_at": at,
                "participant_id": person["participant_id"] if person else None,
                "text": text,
                "details": {"event": event} if event else {},
                **more,
            }
        )

    def shows(self, person: dict[str, Any], at: datetime) -> None:
        """This person shares a file that is on a hash list: a violation that no text judge needs to see."""
        self.claim["category"] = "csam"
        self.signal("shared_file", at, person, "A file was sent to everybody.")
        details = {"threshold": 0.88}
        self.signal("hash_match", at, person, None, category="csam", score=0.97, source="hash-list")
        self.signals[-1]["details"] = details
        self.signals[-2]["details"] = {"event": "file_shared"}

    def report(
        self,
        account: dict[str, Any] | None,
        text: str,
        at: datetime,
        *,
        there: bool | None,
        language: str | None = None,
        pdq: str | None = None,
    ) -> None:
        """A user complains to the platform."""
        self.reports.append(
            {
                "report_id": self.token("r"),
                "submitted_at": min(at, self.asked - timedelta(seconds=5)),
                "reporter": account,
                "reporter_in_meeting": there,
                "category": self.claim["category"],
                "text": text,
                "language": language,
                "attachment_pdq": pdq,
            }
        )

    def exhibit(
        self,
        kind: str,
        text: str,
        *,
        captured: datetime | None = None,
        author: dict[str, Any] | None = None,
        language: str | None = None,
        pdq: str | None = None,
    ) -> dict[str, Any]:
        """The requester attaches something."""
        item = {
            "evidence_id": self.token("e"),
            "kind": kind,
            "text": text,
            "captured_at": captured,
            "author": author,
            "language": language or self.meeting["language"],
            "pdq": pdq,
        }
        self.exhibits.append(item)
        return item

    def line(self, least: int = 8) -> dict[str, Any]:
        """A turn of the record by somebody known, of at least so many words (or twice as many characters)."""
        names = {p["participant_id"] for p in self.people}
        turns = [s for s in self.signals if s["kind"] == "transcript" and s["text"] and s["participant_id"] in names]
        long = [s for s in turns if len(s["text"].split()) >= least or len(s["text"]) >= 12 * least]
        return self.rng.choice(sorted(long or turns, key=lambda s: s["observed_at"]))

    def speaker(self, signal: dict[str, Any]) -> str:
        """The display name of whoever said something."""
        return str(next(p["display_name"] for p in self.people if p["participant_id"] == signal["participant_id"]))

    def case(self, case_id: str, *, pretextual: bool, slices: tuple[str, ...]) -> LabelledCase:
        """The scene as a labelled case in the contract's format."""
        disposition = ("hold",) if pretextual else ("review",)
        document = {
            "case_id": case_id,
            "case": self.document
            | {
                "request": self.request | {"evidence": self.exhibits},
                "meeting": self.meeting | {"participants": self.people},
                "signals": sorted(self.signals, key=lambda s: s["observed_at"] or self.start),
                "reports": sorted(self.reports, key=lambda r: r["submitted_at"]),
                "history": {"evidence_reuse": self.reuse},
            },
            "label": {
                "verdicts": {self.claim["claim_id"]: self.verdict},
                "pretextual": pretextual,
                "acceptable_dispositions": disposition,
            },
            "slices": slices,
        }
        return LabelledCase.model_validate(document, strict=False)
