"""One case being written: the meeting, what is asked about it, and the right answer.

Nothing that the requester writes depends on the answer: words, role, country, action, urgency and loudness are
drawn from the same urns for true and false requests. A slice decides only what happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from eval.bench.people import NAMES, Person, Said
from eval.bench.stage import Stage

if TYPE_CHECKING:
    from eval.bench.kit import Kit

ROLES = (
    "trust_and_safety",
    "government_liaison",
    "law_enforcement",
    "trusted_flagger",
    "automated_system",
    "support_agent",
    "executive",
    "user",
    "other",
)
SUSPENDABLE = {"csam", "terrorism", "violent_threat", "incitement", "fraud_spam", "illegal_goods"}
PLAIN = {"direct", "call", "praise", "recruit", "fundraise", "collect", "pledge", "justify"}
OFFICES = (
    "Office for online safety",
    "City desk for digital affairs",
    "Regional court service",
    "Consumer protection unit",
)
FIRMS = ("Lindqvist Consulting", "Harbour & Pike", "Meridian Services")


@dataclass
class Draft:
    """The case so far. `category` is what was (or is said to have been) done, `actor` who is accused of it."""

    kit: Kit
    stage: Stage
    category: str
    scope: str
    action: str
    actor: Person
    words_in: str
    claims: list[dict[str, Any]] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    reuse: list[dict[str, Any]] = field(default_factory=list)
    signs: set[str] = field(default_factory=set)
    submitted: datetime | None = None
    started: bool = True
    network: str | None = None
    requester_account: dict[str, Any] | None = None
    noise: bool = True
    covered: bool = True
    said: list[Said] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    languages: dict[str, str] = field(default_factory=dict)

    @property
    def rng(self) -> Random:
        """The one source of chance."""
        return self.kit.rng

    @property
    def words(self) -> dict[str, Any]:
        """Phrases in the requester's language."""
        return self.kit.phrases[self.words_in]

    @property
    def asked_at(self) -> datetime:
        """When the request comes in: at once for an ongoing meeting, hours later for one that ended."""
        if self.submitted is None:
            wait = self.rng.randint(15, 95) if self.stage.ongoing else self.rng.randint(600, 50_000)
            self.submitted = self.stage.now + timedelta(seconds=wait)
        return self.submitted

    def violate(
        self,
        people: list[Person],
        n: int | None = None,
        category: str | None = None,
        *,
        classifier: bool = True,
        at: datetime | None = None,
        apart: int | None = None,
    ) -> list[Said]:
        """These people do it, in turn, `n` times, with others reacting and others saying the opposite."""
        rng, stage, category = self.rng, self.stage, category or self.category
        n = n or rng.choices((1, 2, 3, 4), (15, 20, 40, 25))[0]
        lines = self.kit.library.violating(rng, category, n, stage.language)
        lines = (lines * len(people))[: max(len(lines), len(people))]  # everybody does it at least once
        at = at or stage.moment(0.2, 0.7)
        done: list[Said] = []
        for i, line in enumerate(lines):
            who = people[i % len(people)]
            bystanders = stage.others(*people) or stage.people
            for turn in line.context[-2:]:
                stage.say(rng.choice(bystanders), turn, at, "transcript" if line.spoken else "chat")
                at += timedelta(seconds=rng.randint(4, 12))
            kind = (
                "transcript" if line.spoken or self.action == "delete_recording" else "chat"
            )  # a recording has no chat
            done.append(stage.say(who, line.text, at, kind, line))
            self.languages[line.text] = line.language
            if rng.random() < 0.25:
                shock = rng.choice(self.kit.phrases[stage.language]["shock"])
                stage.say(rng.choice(bystanders), shock, at + timedelta(seconds=5), "chat")
            at = min(at + timedelta(seconds=apart or rng.randint(15, 90)), stage.now - timedelta(seconds=30))
        if classifier:
            chance = rng.random()
            self.tags.add("classifier:sure" if chance < 0.5 else "classifier:none")
            if chance < 0.5:
                stage.classify(done[0].person, category, rng.uniform(0.90, 0.99), done[0].at)
            if chance < 0.25:
                other = rng.choice([c for c in self.kit.library.categories() if c != category] or ["other"])
                stage.classify(None, other, rng.uniform(0.01, 0.12), done[-1].at)
        self.said += done
        plain = all(line.device in PLAIN for line in lines)
        self.tags.add("words:plain" if plain else "words:subtler")
        return done

    def contrast(
        self,
        n: int = 3,
        by: Person | None = None,
        category: str | None = None,
        stances: tuple[str, ...] = ("mention", "counter_speech", "benign"),
    ) -> list[Said]:
        """Somebody speaks about such things without doing them."""
        rng, stage = self.rng, self.stage
        done = []
        for line in self.kit.library.contrast(rng, category or self.category, n, stage.language, stances):
            who = by or rng.choice([p for p in stage.people if p.left is None])
            at = stage.moment(0.1, 0.9)
            for turn in line.context[-2:]:
                stage.say(rng.choice(stage.others(who) or stage.people), turn, at)
                at += timedelta(seconds=5)
            done.append(stage.say(who, line.text, at, "transcript" if line.spoken else "chat", line))
            self.languages[line.text] = line.language
        return done

    def mistaken_classifier(self, said: list[Said], chance: float = 0.35) -> None:
        """A classifier that took talk for the thing."""
        if said and self.rng.random() < chance:
            score = self.rng.uniform(0.90, 0.95) if self.rng.random() < 0.25 else self.rng.uniform(0.40, 0.85)
            self.tags.add("classifier:wrong_and_sure" if score >= 0.9 else "classifier:wrong")
            self.stage.classify(said[0].person, self.category, score, said[0].at)

    def naming(self, who: Person | str) -> str:
        """How the requester names who did it; a word such as `people` stands for itself."""
        if isinstance(who, str):
            return str(self.words[who]) if who in ("people", "strangers") else who
        return str(self.words["host" if who.role == "host" else "person"]).format(name=who.name)

    def claim(
        self,
        verdict: str,
        who: Person | str | None = None,
        *,
        category: str | None = None,
        at: datetime | str | None = "any",
        quote: str | None = None,
    ) -> None:
        """The requester alleges it; `verdict` is the right one."""
        rng, who, category = self.rng, who if who is not None else self.actor, category or self.category
        name = self.words["category"][category]
        when: datetime | None = None
        if at == "any":
            about = self.said[0].at if self.said else self.stage.moment()
            when = about.replace(microsecond=0) if rng.random() < 0.6 else None
        elif isinstance(at, datetime):
            when = at.replace(microsecond=0)
        text = rng.choice(self.words["narrative"]).format(who=self.naming(who), cat=name)
        if when and rng.random() < 0.5:
            text = f"{self.words['when'].format(time=f'{when:%H:%M}')} {text}"
        if quote and rng.random() < (0.2 if verdict == "supported" else 0.35):
            text += " " + self.words["quoted"].format(quote=quote)
        claim_id = self.stage.token("c")
        self.claims.append(
            {
                "claim_id": claim_id,
                "category": category,
                "narrative": text[:1].upper() + text[1:],
                "participant_ids": [who.pid] if isinstance(who, Person) else [],
                "occurred_at": when,
            }
        )
        self.verdicts[claim_id] = verdict

    def exhibit(
        self,
        quote: str | None,
        *,
        author: dict[str, Any] | None = None,
        captured: datetime | None = None,
        kind: str | None = None,
        text: str | None = None,
        speaker: str | None = None,
    ) -> dict[str, Any]:
        """The requester attaches something, with or without words in it."""
        rng = self.rng
        about = self.said[0].at if self.said else self.stage.moment(0.3, 0.8)
        captured = captured or min(about + timedelta(seconds=rng.randint(10, 80)), self.asked_at)
        body = text or (self.quoting(quote, speaker, captured) if quote else rng.choice(self.words["vague"]))
        kind = kind or (rng.choice(("screenshot", "transcript_excerpt", "chat_excerpt")) if quote else "document")
        item = {
            "evidence_id": self.stage.token("e"),
            "kind": kind,
            "text": body,
            "language": self.languages.get(quote or "", self.words_in),
            "captured_at": captured.replace(microsecond=0),
            "author": author,
            "pdq": f"{rng.getrandbits(256):064x}" if kind == "screenshot" else None,
        }
        self.evidence.append(item)
        return item

    def quoting(self, quote: str, speaker: str | None, when: datetime) -> str:
        """How exhibits show words: as an excerpt, or as a line of a transcript with who and when."""
        name = speaker or next((s.person.name for s in self.said if s.text == quote), self.actor.name)
        templates = [str(t) for t in self.words["exhibit"]]
        forms = [t.format(quote=quote) for t in templates] + [
            f"[{when:%H:%M:%S}] {name}: {quote}",
            f'{name}: "{quote}"',
        ]
        return self.rng.choice(forms)

    def report(
        self,
        account: dict[str, Any] | None,
        *,
        there: bool,
        text: str | None = None,
        category: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """A user complains to the platform."""
        rng, category = self.rng, category or self.category
        language = self.stage.language
        words = self.kit.phrases[language]
        used = {r["text"] for r in self.reports}
        options = [t.format(cat=words["category"][category]) for t in words["report"]]
        text = text or rng.choice([t for t in options if t not in used] or options)
        since = self.said[-1].at if self.said else self.stage.moment(0.5, 0.9)
        at = at or min(since + timedelta(seconds=rng.randint(20, 600)), self.asked_at - timedelta(seconds=5))
        self.reports.append(
            {
                "report_id": self.stage.token("r"),
                "submitted_at": at.replace(microsecond=0),
                "reporter": account,
                "reporter_in_meeting": there,
                "category": category,
                "text": text,
                "language": language,
            }
        )

    def honest_reports(self, n: int) -> None:
        """Established attendees complain, each in their own words."""
        people = self.stage.others(self.actor, *(s.person for s in self.said))
        for person in self.rng.sample(
            people, min(n, len(people), len(self.kit.phrases[self.stage.language]["report"]))
        ):
            self.report(person.account, there=True)

    def outsider_name(self) -> str:
        """A name that nobody in the meeting bears."""
        taken = {p.name for p in self.stage.people}
        return f"{self.rng.choice([n for n in NAMES if n not in taken])} {self.rng.choice('BDKRSV')}."
