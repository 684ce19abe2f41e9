"""Takes the words out of documents and leaves what was decided."""

from __future__ import annotations

from typing import Any

ERASED = "[erased]"


def without_words(assessment: dict[str, Any]) -> dict[str, Any]:
    """An assessment without quotes and sentences: verdicts, numbers, codes and references stay."""
    return {
        **assessment,
        "claims": [
            {**claim, "missing": [], "evidence": [{**ref, "quote": None} for ref in claim["evidence"]]}
            for claim in assessment["claims"]
        ],
        "pretext": {
            **assessment["pretext"],
            "indicators": [{**sign, "detail": ERASED} for sign in assessment["pretext"]["indicators"]],
        },
        "reasons": [ERASED],
        "proportionate_actions": [
            {name: value for name, value in action.items() if name != "reason"}
            for action in assessment["proportionate_actions"]
        ],
        "ledger": [{**entry, "note": ""} for entry in assessment["ledger"]],
    }


def request_without_words(request: dict[str, Any]) -> dict[str, Any]:
    """A request without what the requester wrote; ids, categories, times and file digests stay."""
    return {
        **request,
        "justification": "",
        "claims": [{**claim, "narrative": ""} for claim in request["claims"]],
        "evidence": [{**exhibit, "text": ""} for exhibit in request["evidence"]],
    }


def meeting_without_words(meeting: dict[str, Any]) -> dict[str, Any]:
    """A meeting without its title, its description and the names that people showed."""
    return {
        **meeting,
        "title": "",
        "description": "",
        "participants": [{**one, "display_name": ""} for one in meeting["participants"]],
    }


def item_without_words(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    """A signal or a report without its text; of a signal's details only what is no text stays."""
    if kind == "report":
        return {**document, "text": ""}
    details = {name: value for name, value in document["details"].items() if isinstance(value, bool | int | float)}
    return {**document, "text": None, "details": details}
