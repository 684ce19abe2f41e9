"""What a claim speaks of: which records could refute it, and who it says did it.

The requester's words choose which records are asked. They never count for the claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.case import Case, Claim
from verifier.lexicon import cue
from verifier.normalise import fold
from verifier.policy import Policy
from verifier.support.attribution import Attribution

_QUOTED = re.compile(r"[\"“„«「『][^\"“”„«»「」『』]{2,}[\"”“»」』]")
_SUBJECT_REACH = 60
"""Characters from the start of a sentence within which its doer is named."""


@dataclass(frozen=True, slots=True)
class SpeaksOf:
    """What must be covered before silence refutes a claim, and whom it accuses.

    `words` names the record kinds for words, empty when the claim is not about words; `shown` and
    `files` say whether it is about pictures or files. `accuses_target`: it says that the target's own
    people did it; `named`: the participants it names.
    """

    words: tuple[str, ...]
    shown: bool
    files: bool
    accuses_target: bool
    named: tuple[str, ...]


def speaks_of(case: Case, claim: Claim, who: Attribution, policy: Policy) -> SpeaksOf:
    """Read a claim's sentence and names."""
    text = fold(_QUOTED.sub(" ", claim.narrative))  # what is quoted tells what was said, not which record has it
    default = policy.categories[claim.category].claims_about
    accuses, named = _accuses_target(claim, text, who), tuple(dict.fromkeys(claim.participant_ids))
    if "words" not in default:  # what only pictures or files can settle stays so, whatever the sentence says
        return SpeaksOf((), shown=True, files=True, accuses_target=accuses, named=named)
    said = bool(cue("claims", "words").search(text))
    shown = bool(cue("claims", "shown").search(text))
    shown = shown or (not said and bool(cue("claims", "pictured").search(text)))
    files = bool(cue("claims", "files").search(text))
    if not said and not shown and not files:
        said, shown, files = True, "shown" in default, "files" in default
    words = _word_records(text) if said else ()
    return SpeaksOf(words, shown=shown, files=files, accuses_target=accuses, named=named)


def _word_records(text: str) -> tuple[str, ...]:
    chat, spoken = cue("claims", "chat").search(text), cue("claims", "spoken").search(text)
    if chat and not spoken:
        return ("chat",)
    return ("transcript", "chat") if chat else ("transcript",)


def _accuses_target(claim: Claim, text: str, who: Attribution) -> bool:
    named = frozenset(claim.participant_ids)
    if named:
        return bool(named & who.target_ids)
    if not who.is_meeting and not who.target_ids & who.host_side:
        return True
    # Who is named first is the doer; "… and the organiser agreed" makes nobody else's deed the organiser's.
    doer = cue("claims", "host").search(text)
    return who.speaks_for_host() and doer is not None and doer.start() <= min(_SUBJECT_REACH, len(text) // 2)
