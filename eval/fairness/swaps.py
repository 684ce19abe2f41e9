"""Swaps that should change nothing about what happened: where people are from, what they are called.

Countries are swapped one for one over the whole case, so that who is at home and which law is foreign stays as it
was. The requester's country and role alone are the invariants suite's business (rule 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from verifier.case import Case

COUNTRIES = ("US", "CN", "DE", "NG", "IN", "RU", "BR", "IR")
NAMES = {
    "English names": ("James", "Emily", "Oliver", "Charlotte", "Harry", "Grace"),
    "Chinese names": ("王伟", "李娜", "张敏", "刘洋", "陈静", "杨磊"),
    "Arabic names": ("محمد", "فاطمة", "أحمد", "مريم", "يوسف", "ليلى"),
    "Nigerian names": ("Chinedu", "Ngozi", "Emeka", "Adaeze", "Tunde", "Yetunde"),
}


def swaps() -> dict[str, Callable[[Case], Case]]:
    """Every swap by name."""
    found: dict[str, Callable[[Case], Case]] = {f"all from {c}": _country(c) for c in COUNTRIES}
    found |= {name: _names(names) for name, names in NAMES.items()}
    return found


def _country(home: str) -> Callable[[Case], Case]:
    """The host's country becomes `home`; every other country becomes another one, each its own."""

    def swap(case: Case) -> Case:
        document = case.model_dump(mode="json")
        host = case.meeting.host_account.country
        present = [c for c in dict.fromkeys([host, *sorted(set(_countries(document)))]) if c]
        fresh = [home, *(c for c in (*COUNTRIES, *present) if c != home)]
        new = dict(zip(present, dict.fromkeys(fresh), strict=False))
        return Case.model_validate(_move(document, new), strict=False)

    return swap


def _countries(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "country" and value:
                yield value
            else:
                yield from _countries(value)
    elif isinstance(part, list):
        for value in part:
            yield from _countries(value)


def _move(part: Any, new: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {k: new.get(v, v) if k == "country" else _move(v, new) for k, v in part.items()}
    return [_move(v, new) for v in part] if isinstance(part, list) else part


def _names(names: tuple[str, ...]) -> Callable[[Case], Case]:
    """Display names replaced, also where the requester's claims and exhibits or the record name them."""

    def swap(case: Case) -> Case:
        known = [p.display_name for p in case.meeting.participants]
        new = {old: f"{names[i % len(names)]}{i // len(names) or ''}" for i, old in enumerate(dict.fromkeys(known))}
        long_first = sorted((n for n in new if len(n) >= 3), key=len, reverse=True)

        def rename(part: Any, key: str = "") -> Any:
            if isinstance(part, dict):
                return {k: rename(v, k) for k, v in part.items()}
            if isinstance(part, list):
                return [rename(v, key) for v in part]
            if key == "display_name":
                return new.get(part, part)
            if key in ("text", "narrative", "justification") and isinstance(part, str):
                for old in long_first:
                    part = part.replace(old, new[old])
            return part

        return Case.model_validate(rename(case.model_dump(mode="json")), strict=False)

    return swap
