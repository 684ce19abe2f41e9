"""The case: everything the verifier may look at for one takedown request, and who says so.

`signals`, `meeting` and the accounts inside it are what the platform observed. `reports` were
received by the platform and written by users. Everything inside `request` is alleged. Models are
immutable; times are aware and compared in UTC. Limits are named here, once, with their reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

DEFAULT_CATEGORIES: tuple[str, ...] = (
    "csam", "terrorism", "violent_threat", "incitement", "hate_speech", "harassment", "self_harm",
    "sexual_content", "fraud_spam", "meeting_disruption", "illegal_goods", "other",
)  # fmt: skip

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are absurd for an online meeting: a clock or a unit error, so refused, not guessed."""

MAX_SIGNALS = 50_000
"""About a day of continuous talk and chat; more is a feed, not a meeting."""
MAX_REPORTS = 10_000
MAX_PARTICIPANTS = 10_000
MAX_SIGNAL_TEXT = 50_000
MAX_SHORT_TEXT = 2_000


def _sane_time(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError(
            "absurd_time",
            "time must lie between 1990 and 2200, with a time zone",
            {"given": value.isoformat()},
        )
    return value.astimezone(UTC)


def _known_category(value: str, info: ValidationInfo) -> str:
    known: Iterable[str] = (info.context or {}).get("categories", DEFAULT_CATEGORIES)
    if value not in known:
        raise PydanticCustomError(
            "unknown_category",
            "category must be one that the policy defines: {known}",
            {"known": ", ".join(known)},
        )
    return value


Time = Annotated[AwareDatetime, AfterValidator(_sane_time)]
Category = Annotated[
    str,
    AfterValidator(_known_category),
    WithJsonSchema({"type": "string", "enum": list(DEFAULT_CATEGORIES)}),
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(min_length=1, max_length=MAX_SHORT_TEXT)]
Short = Annotated[str, Field(max_length=MAX_SHORT_TEXT)]


class Record(BaseModel):
    """Base of all parts of a case: closed, immutable, strict about types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Account(Record):
    """What the platform itself knows of an account.

    Ids are opaque; network and device ids are cluster labels (equal label = same network or
    device), never addresses.
    """

    account_id: Identifier
    created_at: Time | None = None
    country: Country | None = None
    verified: bool | None = None
    email_domain: Short | None = None
    network_id: Short | None = None
    device_id: Short | None = None
    prior_violations: int | None = Field(default=None, ge=0)


class Participant(Record):
    """Somebody in the meeting, as the platform's participant log has it."""

    participant_id: Identifier
    display_name: Short = ""
    role: Literal["host", "cohost", "panelist", "attendee"] = "attendee"
    account: Account | None = Field(default=None, description="null for a guest who joined without an account")
    joined_at: Time | None = None
    left_at: Time | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("joined_at", self.joined_at, "left_at", self.left_at)
        return self


class Coverage(Record):
    """A span for which the platform holds every record of that kind. What no span covers is unknown."""

    kind: Literal["transcript", "chat", "screen", "media"]
    start: Time
    end: Time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("start", self.start, "end", self.end)
        return self


class Meeting(Record):
    """The meeting as the platform recorded it."""

    meeting_id: Identifier
    title: Annotated[str, Field(max_length=20_000)] = ""
    description: Annotated[str, Field(max_length=20_000)] = ""
    language: Short | None = Field(default=None, description="BCP 47, main language")
    scheduled_start: Time | None = None
    scheduled_end: Time | None = None
    started_at: Time | None = Field(default=None, description="null: it has not started")
    ended_at: Time | None = Field(default=None, description="null: not ended at submission")
    host_account: Account
    end_to_end_encrypted: bool = False
    public_link: bool | None = None
    recording: bool | None = None
    participants: tuple[Participant, ...] = Field(default=(), max_length=MAX_PARTICIPANTS)
    coverage: tuple[Coverage, ...] = Field(default=(), max_length=10_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("started_at", self.started_at, "ended_at", self.ended_at)
        _ordered("scheduled_start", self.scheduled_start, "scheduled_end", self.scheduled_end)
        return self


class OnBehalfOf(Record):
    """The party for whom the requester acts, as the requester says."""

    kind: Literal["government", "court", "company", "user", "none"] = "none"
    country: Country | None = None
    name: Short | None = None


class Requester(Record):
    """Who asks."""

    actor_id: Identifier
    role: Literal[
        "trust_and_safety", "government_liaison", "law_enforcement", "trusted_flagger",
        "automated_system", "support_agent", "executive", "user", "other",
    ]  # fmt: skip
    country: Country | None = None
    channel: Literal["api", "ticket", "email", "chat", "phone", "other"] = "api"
    on_behalf_of: OnBehalfOf = OnBehalfOf()
    account: Account | None = None


class Target(Record):
    """What the action would fall on."""

    kind: Literal["meeting", "account", "participant", "recording"]
    meeting_id: Identifier
    account_id: Identifier | None = None
    participant_id: Identifier | None = None


class Claim(Record):
    """One alleged violation."""

    claim_id: Identifier
    category: Category
    narrative: str = Field(
        default="", max_length=20_000, description="what the requester says happened, in their words"
    )
    participant_ids: tuple[Short, ...] = Field(
        default=(), description="who is said to have done it", max_length=MAX_PARTICIPANTS
    )
    occurred_at: Time | None = None


class Evidence(Record):
    """An exhibit that the requester attached. Untrusted: it shows what was alleged, not what happened."""

    evidence_id: Identifier
    kind: Literal[
        "screenshot", "complaint_email", "transcript_excerpt", "chat_excerpt", "user_report",
        "document", "recording", "link", "other",
    ]  # fmt: skip
    text: str = Field(default="", max_length=50_000)
    language: Short | None = None
    captured_at: Time | None = None
    author: Account | None = Field(default=None, description="who is said to have written or captured it")
    sha256: Digest | None = None
    pdq: Digest | None = Field(default=None, description="256-bit PDQ hash of the image, hex")


class LegalBasis(Record):
    """The law or rule that the requester invokes."""

    kind: Literal["none", "terms_of_service", "statute", "court_order", "legal_process"] = "none"
    reference: Annotated[str, Field(max_length=20_000)] | None = None
    country: Country | None = None


class TakedownRequest(Record):
    """What is asked, by whom, and on what grounds. Every word of it is alleged."""

    request_id: Identifier
    submitted_at: Time
    requester: Requester
    target: Target
    action: Literal[
        "end_meeting", "block_meeting", "suspend_account", "remove_participant",
        "delete_recording", "disclose_user_data",
    ]  # fmt: skip
    claims: tuple[Claim, ...] = Field(min_length=1, max_length=20)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=200)
    legal_basis: LegalBasis = LegalBasis()
    urgency: Literal["routine", "urgent", "immediate"] = "routine"
    justification: str = Field(default="", max_length=20_000)


class Signal(Record):
    """One thing that the platform itself observed. Trusted as an observation, not as a judgement."""

    signal_id: Identifier
    kind: Literal[
        "transcript", "chat", "screen_text", "display_name", "profile_text", "shared_file",
        "hash_match", "classifier", "host_action", "security_event",
    ]  # fmt: skip
    observed_at: Time | None = None
    participant_id: Short | None = None
    text: Annotated[str, Field(max_length=MAX_SIGNAL_TEXT)] | None = None
    language: Short | None = None
    category: Category | None = Field(default=None, description="hash_match, classifier: what it points to")
    score: float | None = Field(
        default=None, ge=0, le=1, description="classifier: probability; hash_match: 1 - distance / bits"
    )
    source: Short = Field(default="platform", description="system, hash list or model that produced it")
    details: dict[str, Any] = Field(default_factory=dict)


class Report(Record):
    """A user report that the platform received. The receipt is a fact; the content is an allegation."""

    report_id: Identifier
    submitted_at: Time
    reporter: Account | None = None
    reporter_in_meeting: bool | None = None
    category: Category | None = None
    text: Annotated[str, Field(max_length=MAX_SIGNAL_TEXT)] = ""
    language: Short | None = None
    attachment_pdq: Digest | None = None
    attachment_sha256: Digest | None = None


class RequesterHistory(Record):
    """How this requester's requests of the last 90 days ended."""

    requests_90d: int = Field(default=0, ge=0)
    upheld_90d: int = Field(default=0, ge=0)
    overturned_90d: int = Field(default=0, ge=0)


class EvidenceReuse(Record):
    """An exhibit that was already used in an earlier request."""

    evidence_id: Identifier
    prior_request_id: Identifier
    prior_meeting_id: Identifier
    prior_submitted_at: Time


class History(Record):
    """The service's own records."""

    requester: RequesterHistory | None = None
    evidence_reuse: tuple[EvidenceReuse, ...] = Field(default=(), max_length=10_000)


class Case(Record):
    """Everything the verifier may look at for one takedown request."""

    schema_version: Literal["1"] = "1"
    request: TakedownRequest
    meeting: Meeting
    signals: tuple[Signal, ...] = Field(default=(), max_length=MAX_SIGNALS)
    reports: tuple[Report, ...] = Field(default=(), max_length=MAX_REPORTS)
    history: History = History()

    @model_validator(mode="after")
    def _ids_name_one_thing(self) -> Self:
        repeated = [
            *_repeated("/signals", "signal_id", (s.signal_id for s in self.signals)),
            *_repeated("/reports", "report_id", (r.report_id for r in self.reports)),
            *_repeated("/request/claims", "claim_id", (c.claim_id for c in self.request.claims)),
            *_repeated("/request/evidence", "evidence_id", (e.evidence_id for e in self.request.evidence)),
            *_repeated(
                "/meeting/participants",
                "participant_id",
                (p.participant_id for p in self.meeting.participants),
            ),
        ]
        if repeated:
            raise PydanticCustomError(
                "repeated_id",
                "each id must name one thing, but some repeat: {ids}",
                {"ids": "; ".join(repeated)},
            )
        return self


class Label(Record):
    """The right answers for a case."""

    verdicts: dict[str, Literal["supported", "refuted", "not_enough_info"]]
    pretextual: bool
    acceptable_dispositions: tuple[Literal["cleared", "review", "hold"], ...] = Field(min_length=1)


class LabelledCase(Record):
    """A case with its label, for evaluation."""

    case_id: Identifier
    case: Case
    label: Label
    slices: tuple[Short, ...] = ()
    provenance: tuple[Annotated[str, Field(max_length=20_000)], ...] = Field(
        default=(), description="where real text in it came from"
    )
    rationale: Annotated[str, Field(max_length=20_000)] = ""


def _ordered(first: str, a: datetime | None, second: str, b: datetime | None) -> None:
    if a is not None and b is not None and b < a:
        raise PydanticCustomError(
            "time_order", "{second} must not be before {first}", {"first": first, "second": second}
        )


def _repeated(where: str, field: str, ids: Iterable[str]) -> list[str]:
    return [f"{where}: {field} {value!r} stands {n} times" for value, n in Counter(ids).items() if n > 1]
