"""A meeting being composed: people, what they say and when, and what the platform keeps of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from eval.bench.people import COUNTRIES, MAILS, NAMES, Person, Said
from eval.bench.sources import Line, Talk


@dataclass
class Stage:
    """The meeting. Times are UTC; `now` is when the record ends: the end, or the request for an ongoing one."""

    rng: Random
    language: str
    title: str
    start: datetime
    now: datetime
    ongoing: bool
    people: list[Person] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    description: str = ""
    encrypted: bool = False
    recording: bool = True
    sources: set[str] = field(default_factory=set)

    def token(self, prefix: str) -> str:
        """An id that says nothing."""
        return f"{prefix}{self.rng.getrandbits(40):010x}"

    def account(self, *, fresh_at: datetime | None = None, network: str | None = None, **known: Any) -> dict[str, Any]:
        """An established account (one to nine years old), or one made in the hours before `fresh_at`."""
        rng = self.rng
        old = self.start - timedelta(days=rng.randint(380, 3300), seconds=rng.randint(0, 86399))
        made = fresh_at - timedelta(minutes=rng.randint(20, 900)) if fresh_at else old
        return {
            "account_id": self.token("a"),
            "created_at": made,
            "country": rng.choice(COUNTRIES),
            "verified": bool(rng.random() < 0.3) if not fresh_at else False,
            "email_domain": rng.choice(MAILS),
            "network_id": network or self.token("n"),
            "device_id": self.token("d"),
            "prior_violations": 0,
            **known,
        }

    def add(self, role: str = "attendee", name: str | None = None, **account: Any) -> Person:
        """Somebody established who is there from about the beginning."""
        joined = self.start + timedelta(seconds=self.rng.randint(1, 18)) if role != "host" else self.start
        taken = {p.name for p in self.people}
        name = name or self.rng.choice([n for n in NAMES if n not in taken] or [self.token("guest ")])
        person = Person(self.token("p"), name, role, self.account(**account), joined)
        self.people.append(person)
        if role == "attendee" and self.rng.random() < 0.5:
            self.event("security_event", joined, person, "Joined by invitation link.", {"event": "join_invited"})
        return person

    def stranger(self, at: datetime, *, network: str | None = None, guest: bool = False) -> Person:
        """Somebody who comes late, on no invitation, with a new account or none, and leaves again."""
        account = None if guest and network is None else self.account(fresh_at=at, network=network)
        leaves = min(at + timedelta(seconds=self.rng.randint(150, 400)), self.now)
        name = self.rng.choice(["Guest", "iPhone", "user", "visitor", "Alex", "M", "new"]) + str(
            self.rng.randint(1, 99)
        )
        person = Person(self.token("p"), name, "attendee", account, at, leaves)
        self.people.append(person)
        text = "Joined by public link; account first seen today." if account else "Joined by public link as a guest."
        self.event("security_event", at, person, text, {"event": "join_public_link"})
        self.event("security_event", leaves, person, "Left the meeting.", {"event": "leave"})
        return person

    @property
    def host(self) -> Person:
        """The host."""
        return next(p for p in self.people if p.role == "host")

    def others(self, *without: Person) -> list[Person]:
        """Established attendees, other than those."""
        fresh = self.start - timedelta(days=30)
        return [
            p
            for p in self.people
            if p.role == "attendee" and p not in without and p.account and p.account["created_at"] < fresh
        ]

    def moment(self, low: float = 0.15, high: float = 0.85) -> datetime:
        """A time inside the meeting, as a share of its length, never in the same second as a turn."""
        span = (self.now - self.start).total_seconds()
        return self.start + timedelta(seconds=round(span * self.rng.uniform(low, high)), microseconds=500_000)

    def event(
        self,
        kind: str,
        at: datetime,
        who: Person | None,
        text: str | None,
        details: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Put one observation on record."""
        source = {"transcript": "asr", "chat": "chat-log"}.get(kind, "platform")
        self.signals.append(
            {
                "kind": kind,
                "observed_at": at,
                "participant_id": who.pid if who else None,
                "text": text,
                "details": details or {},
                "source": source,
                **more,
            }
        )

    def say(self, who: Person, text: str, at: datetime, kind: str = "transcript", line: Line | None = None) -> Said:
        """Somebody says, writes or shows something."""
        self.event(kind, at, who, text)
        if line is not None:
            self.sources.add(line.source)
        return Said(who, text, at, kind, line)

    def classify(self, who: Person | None, category: str, score: float, at: datetime, text: str | None = None) -> None:
        """The platform's own classifier speaks."""
        self.event(
            "classifier",
            at + timedelta(seconds=8),
            who,
            text or "Automatic text check.",
            None,
            category=category,
            score=round(score, 2),
            source="text-safety-v6",
        )

    def cover(self, *kinds: str, gap: tuple[datetime, datetime] | None = None) -> None:
        """The platform holds every record of these kinds, except inside the gap."""
        for kind in kinds:
            self.coverage = [c for c in self.coverage if c["kind"] != kind]
            spans = [(self.start, self.now)] if gap is None else [(self.start, gap[0]), (gap[1], self.now)]
            self.coverage += [{"kind": kind, "start": a, "end": b} for a, b in spans if b > a]

    def perform(self, talk: Talk, turns: int, chatter: list[str]) -> None:
        """Let the participants hold a part of a real meeting, spread over its length."""
        rng = self.rng
        speakers: dict[str, Person] = {}
        first = rng.randint(0, max(0, len(talk.turns) - turns))
        part = talk.turns[first : first + turns]
        names = sorted({s for s, _ in part}, key=lambda s: sum(len(t) for n, t in part if n == s), reverse=True)
        pool = [self.host, *[p for p in self.people if p.role != "host"]]
        for i, name in enumerate(names):
            speakers[name] = pool[i % len(pool)]
        span = (self.now - self.start).total_seconds() - 40
        weights = [len(text) + 40 for _, text in part]
        at = 20.0
        for (name, text), weight in zip(part, weights, strict=True):
            self.say(speakers[name], text, self.start + timedelta(seconds=int(at)))
            at += span * weight / sum(weights)
        for _ in range(rng.randint(2, 7)):
            self.say(rng.choice(self.people), rng.choice(chatter), self.moment(0.02, 0.98), "chat")
        self.sources.add(talk.source)

    def meeting(self, meeting_id: str, started: bool = True) -> dict[str, Any]:
        """The meeting in the contract's format."""
        people = sorted(self.people, key=lambda p: p.joined)
        return {
            "meeting_id": meeting_id,
            "title": self.title,
            "description": self.description,
            "language": self.language,
            "scheduled_start": self.start.replace(second=0),
            "scheduled_end": None,
            "started_at": self.start if started else None,
            "ended_at": None if self.ongoing or not started else self.now,
            "host_account": self.host.account,
            "end_to_end_encrypted": self.encrypted,
            "recording": self.recording,
            "public_link": any(s["details"].get("event") == "join_public_link" for s in self.signals),
            "coverage": self.coverage,
            "participants": [
                {
                    "participant_id": p.pid,
                    "display_name": p.name,
                    "role": p.role,
                    "account": p.account,
                    "joined_at": p.joined,
                    "left_at": p.left if p.left or self.ongoing else self.now,
                }
                for p in people
            ],
        }


def new_stage(rng: Random, language: str, title: str, *, ongoing: bool, attendees: int, minutes: int) -> Stage:
    """An empty meeting with a host, sometimes a cohost, and established attendees."""
    start = datetime(2025, 1, 6, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 330 * 1440), seconds=rng.randint(0, 59))
    stage = Stage(rng, language, title, start, start + timedelta(minutes=minutes), ongoing)
    stage.add("host")
    if rng.random() < 0.5:
        stage.add("cohost")
    for _ in range(attendees):
        stage.add()
    return stage
