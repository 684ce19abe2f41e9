"""The assessment: what the verifier answers, claim by claim, with its reasons."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["supported", "refuted", "not_enough_info"]
Disposition = Literal["cleared", "review", "hold"]
Stance = Literal["supports", "refutes", "neutral"]
ElementState = Literal["supported", "contradicted", "no_record"]


class Answer(BaseModel):
    """Base of all parts of an assessment: closed and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EvidenceRef(Answer):
    """One thing in the case that bears on a claim."""

    ref: str = Field(description="signal:ID, report:ID, evidence:ID or participant:ID")
    stance: Stance
    weight: float
    quote: str | None = Field(default=None, description="a verbatim part of what it refers to")


class ClaimAssessment(Answer):
    """The verdict on one claim."""

    claim_id: str
    category: str
    verdict: Verdict
    support: float = Field(ge=0, le=1, description="calibrated probability that the claim holds against the target")
    evidence: tuple[EvidenceRef, ...] = ()
    missing: tuple[str, ...] = Field(default=(), description="what would have settled it, in plain words")
    wrong_subject: bool = Field(default=False, description="the violation is real, the target is not its author")


class Indicator(Answer):
    """One sign of pretext."""

    code: str
    strength: float = Field(ge=0, le=1)
    detail: str
    refs: tuple[str, ...] = ()


class Pretext(Answer):
    """Whether the request is in bad faith, and what shows it."""

    score: float = Field(ge=0, le=1)
    flagged: bool
    indicators: tuple[Indicator, ...] = ()


class LedgerEntry(Answer):
    """One element of the claimed violation and what the platform's record says of it."""

    claim_id: str
    element: str
    question: str = Field(description="what must be true")
    state: ElementState
    refs: tuple[str, ...] = ()
    note: str = ""


class Approvals(Answer):
    """Who must agree before the action may run."""

    required: int = Field(ge=0)
    excluded: tuple[str, ...] = Field(default=(), description="actor or account ids that may not approve")
    reason: str = ""


class Assessment(Answer):
    """The answer to one takedown request."""

    request_id: str
    disposition: Disposition
    claims: tuple[ClaimAssessment, ...]
    pretext: Pretext
    reasons: tuple[str, ...] = Field(description="the decision in plain sentences, most important first")
    proportionate_actions: tuple[dict[str, Any], ...] = Field(
        default=(),
        description="narrower or other actions that the record supports now: {action, target kind and id, reason}",
    )
    ledger: tuple[LedgerEntry, ...] = ()
    approvals: Approvals = Approvals(required=1)
    degraded: tuple[str, ...] = Field(default=(), description="parts that were missing or failed, in plain words")
    case_digest: str = Field(default="", description="sha256 of the case in canonical JSON")
    versions: dict[str, str] = Field(default_factory=dict, description="verifier, policy and model that answered")
