"""What ties two accounts to one hand, and what doesn't: a tie weighs by how rare it is among ordinary participants.

A campus, an office or a school shares networks, mail domains and the hour of enrolment with many who
complain of nothing; what they share ties nobody. Rules take the place of weights, so that each tie can
be told in one sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from functools import cached_property

from verifier.case import Account, Case, Participant
from verifier.lexicon import lexicon
from verifier.policy import Policy
from verifier.support.attribution import came_late, invited

_ORDINARY = 3
"""So many ordinary participants who share something make it common."""
_BATCH = timedelta(minutes=30)
"""Accounts made one after another, no further apart, are one batch."""
_SAME_MOMENT = timedelta(seconds=30)
_BEFORE_THE_END = timedelta(minutes=1)


class Ties:
    """What the accounts of one case share, and how common it is there."""

    def __init__(self, case: Case, policy: Policy, complaining: frozenset[str]) -> None:
        """`complaining`: ids of the accounts that complain, ask or wrote exhibits; they are nobody's background."""
        self._case, self._policy = case, policy
        self._complaining = complaining
        self._people: dict[str, Participant] = {}
        for p in case.meeting.participants:
            if p.account is not None:
                self._people.setdefault(p.account.account_id, p)

    @cached_property
    def ordinary(self) -> tuple[Account, ...]:
        """Established accounts that were there, came in time or invited, and complain of nothing."""
        let_in = invited(self._case)
        return tuple(
            p.account
            for key, p in self._people.items()
            if p.account is not None
            and key not in self._complaining
            and not self.is_fresh(p.account, self._case.request.submitted_at)
            and (p.participant_id in let_in or not came_late(p, self._case, self._policy))
        )

    def is_complaining(self, account: Account) -> bool:
        """Whether this account complains, asks or wrote an exhibit."""
        return account.account_id in self._complaining

    def is_fresh(self, account: Account | None, at: datetime | None) -> bool:
        """Whether the account was made shortly before `at` (the request, where that is not known)."""
        when = at or self._case.request.submitted_at
        fresh = timedelta(days=self._policy.times.fresh_account_days)
        return account is not None and account.created_at is not None and when - account.created_at < fresh

    def was_there(self, account: Account | None) -> bool:
        """Whether the participant log has this account."""
        return account is not None and account.account_id in self._people

    def came_uninvited(self, account: Account | None) -> bool:
        """Whether the account is in the log, but came late and on no invitation."""
        p = self._people.get(account.account_id) if account is not None else None
        return p is not None and came_late(p, self._case, self._policy) and p.participant_id not in invited(self._case)

    def common(self, field: str, value: str) -> bool:
        """Whether several ordinary participants share this network, device or mail domain."""
        return self._counts[field][value] >= _ORDINARY

    @cached_property
    def _counts(self) -> dict[str, Counter[str]]:
        return {
            field: Counter(value for a in self.ordinary if (value := getattr(a, field)))
            for field in ("network_id", "device_id", "email_domain")
        }

    def place(self, account: Account) -> tuple[tuple[str, str], ...]:
        """The network and device of an account, as far as they are known and not common."""
        fields = ("network_id", "device_id")
        known = [(f, value) for f in fields if (value := getattr(account, f))]
        return tuple((f, value) for f, value in known if not self.common(f, value))

    def domain(self, account: Account) -> str:
        """The account's mail domain, where it tells something: not of a common provider, not common here."""
        domain = (account.email_domain or "").lower()
        provider = domain in lexicon("pretext")["free_mail"]
        return "" if provider or self.common("email_domain", account.email_domain or "") else domain

    def batches(self, accounts: Iterable[Account]) -> dict[str, Hashable]:
        """Account -> the batch in which it was made, where others of these were made with it and few ordinary ones."""
        dated = {a.account_id: a.created_at for a in accounts if a.created_at is not None}
        usual = [a.created_at for a in self.ordinary if a.created_at is not None]
        found: dict[str, Hashable] = {}
        for run in _runs(dated, _BATCH):
            first, last = dated[run[0]] - _BATCH, dated[run[-1]] + _BATCH
            if sum(first <= made <= last for made in usual) < _ORDINARY:
                found |= dict.fromkeys(run, ("batch", run[0]))
        return found

    def companies(self, accounts: Iterable[Account]) -> dict[str, Hashable]:
        """Account -> those with whom it came late and left, in the same moments and before the end."""
        ids = {a.account_id for a in accounts}
        end = min(self._case.meeting.ended_at or self._case.request.submitted_at, self._case.request.submitted_at)
        came: dict[str, datetime] = {}
        left: dict[str, datetime] = {}
        for key, p in self._people.items():
            if key not in ids or not p.joined_at or not p.left_at or p.left_at >= end - _BEFORE_THE_END:
                continue
            if came_late(p, self._case, self._policy):
                came[key], left[key] = p.joined_at, p.left_at
        goes = {key: n for n, run in enumerate(_runs(left, _SAME_MOMENT)) for key in run}
        found: dict[str, Hashable] = {}
        for n, run in enumerate(_runs(came, _SAME_MOMENT)):
            per = Counter(goes[key] for key in run if key in goes)
            found |= {key: ("company", n, goes[key]) for key in run if key in goes and per[goes[key]] >= 2}
        return found


def _runs(times: dict[str, datetime], gap: timedelta) -> list[list[str]]:
    """Two or more keys in the order of their times, none further than `gap` from the one before."""
    runs: list[list[str]] = []
    for key in sorted(times, key=lambda k: times[k]):
        if runs and times[key] - times[runs[-1][-1]] <= gap:
            runs[-1].append(key)
        else:
            runs.append([key])
    return [run for run in runs if len(run) >= 2]
