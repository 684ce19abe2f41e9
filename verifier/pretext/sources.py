"""Independent sources: complaints collapse by account, network, device and wording before they count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from verifier.case import Account, Case
from verifier.clusters import Clusters, same_device, same_place
from verifier.lexicon import cue
from verifier.normalise import fold, skeleton
from verifier.policy import Policy

_ALIKE = 80.0
"""Ratio (rapidfuzz, 0-100) from which on two complaints are one wording."""
_COMPARED = 600
"""Complaints compared pairwise; a flood beyond that is sampled from its start."""
_WRITTEN_BY_OTHERS = ("complaint_email", "user_report")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody's complaint: a report, or a letter among the exhibits.

    `present`: the complainant was in the meeting, as the participant log has it. `fresh`: the
    account was made shortly before. `saw`: the text says that its writer saw or heard it.
    """

    ref: str
    who: str
    account: Account | None
    text: str
    at: datetime | None
    present: bool
    fresh: bool
    saw: bool


class Sources:
    """Everyone whose word carries the request."""

    def __init__(self, case: Case, policy: Policy) -> None:
        self._case, self._policy = case, policy
        self._there = {p.account.account_id for p in case.meeting.participants if p.account is not None}

    @cached_property
    def complaints(self) -> tuple[Complaint, ...]:
        """Reports and complaint letters, in the order of time."""
        found = [
            self._complaint(f"report:{r.report_id}", r.reporter, r.text, r.submitted_at, r.reporter_in_meeting)
            for r in self._case.reports
        ]
        found += [
            self._complaint(f"evidence:{e.evidence_id}", e.author, e.text, e.captured_at, None)
            for e in self._case.request.evidence
            if e.kind in _WRITTEN_BY_OTHERS
        ]
        return tuple(sorted(found, key=lambda c: (str(c.at), skeleton(c.text))))

    @cached_property
    def linked(self) -> list[tuple[Complaint, ...]]:
        """Groups of complaints by different accounts that share a network or a device."""
        clusters = Clusters()
        for c in self.complaints:
            if c.account is None:
                continue
            for field in ("network_id", "device_id"):
                place = getattr(c.account, field)
                if place:
                    clusters.link(("account", c.account.account_id), (field, place))
        groups: dict[object, list[Complaint]] = {}
        for c in self.complaints:
            if c.account is not None:
                groups.setdefault(clusters.find(("account", c.account.account_id)), []).append(c)
        return [tuple(g) for g in groups.values() if distinct(g) >= 2]

    @cached_property
    def alike(self) -> list[tuple[Complaint, ...]]:
        """Groups of complaints by different accounts in nearly the same words."""
        some = [c for c in self.complaints if len(skeleton(c.text)) >= 12][:_COMPARED]
        if len(some) < 2:
            return []
        texts = [skeleton(c.text) for c in some]
        close = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.float32)
        clusters = Clusters()
        for i, j in np.argwhere(np.triu(close >= _ALIKE, k=1)):
            clusters.link(int(i), int(j))
        groups: dict[object, list[Complaint]] = {}
        for i, c in enumerate(some):
            groups.setdefault(clusters.find(i), []).append(c)
        return [tuple(g) for g in groups.values() if distinct(g) >= 2]

    @cached_property
    def independent(self) -> int:
        """How many independent sources the complaints come down to."""
        clusters = Clusters()
        for c in self.complaints:
            clusters.find(c.who)
        for group in [*self.linked, *(g for g in self.alike if any(c.fresh for c in g))]:
            for c in group[1:]:
                clusters.link(group[0].who, c.who)
        return clusters.count(c.who for c in self.complaints)

    def tied_to_requester(self) -> list[tuple[str, Account]]:
        """Others who pass as independent but share a network or device with the requester: (ref, account)."""
        own = self._case.request.requester.account
        if own is None:
            return []
        others: list[tuple[str, Account | None]] = [(f"report:{r.report_id}", r.reporter) for r in self._case.reports]
        others += [(f"evidence:{e.evidence_id}", e.author) for e in self._case.request.evidence]
        return [
            (ref, account)
            for ref, account in others
            if account is not None and account.account_id != own.account_id and self.tied(account, own)
        ]

    def tied(self, a: Account | None, b: Account | None) -> bool:
        """Whether a shared place ties two accounts.

        People of one household or campus who were all there, on established accounts, share a network
        openly: between them only a shared device is a tie.
        """
        if a is None or b is None or not same_place(a, b):
            return False
        asked = self._case.request.submitted_at
        return same_device(a, b) or not (self._at_home(a, asked) and self._at_home(b, asked))

    def _at_home(self, account: Account, at: datetime) -> bool:
        """Whether the account was in the meeting and is no fresh one."""
        return self.was_there(account) and not self.is_fresh(account, at)

    def was_there(self, account: Account | None) -> bool:
        """Whether the participant log has this account."""
        return account is not None and account.account_id in self._there

    def is_fresh(self, account: Account | None, at: datetime | None) -> bool:
        """Whether the account was made shortly before it complained."""
        when = at or self._case.request.submitted_at
        return (
            account is not None
            and account.created_at is not None
            and when - account.created_at < timedelta(days=self._policy.times.fresh_account_days)
        )

    def _complaint(
        self, ref: str, account: Account | None, text: str, at: datetime | None, in_meeting: bool | None
    ) -> Complaint:
        # The log has accounts only; of guests the platform says itself whether they were there.
        present = self.was_there(account) or in_meeting is True
        if in_meeting is None and (account is None or ref.startswith("report:")):
            present = True  # nobody says that they were not
        who = f"account:{account.account_id}" if account is not None else ref
        saw = bool(cue("pretext", "eyewitness").search(fold(text)))
        return Complaint(ref, who, account, text, at, present, self.is_fresh(account, at), saw)


def distinct(complaints: Iterable[Complaint]) -> int:
    """How many different accounts complain."""
    return len({c.who for c in complaints})
