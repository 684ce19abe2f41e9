"""Independent sources: who complains, and who of them is one hand, by place, wording, batch and company."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from verifier.case import Account, Case
from verifier.clusters import Clusters
from verifier.lexicon import cue
from verifier.normalise import fold, skeleton, words
from verifier.policy import Policy
from verifier.pretext.exhibits import SHOWS_MEETING
from verifier.pretext.images import Picture, one_picture
from verifier.pretext.ties import Ties
from verifier.pretext.wording import copies, retellings

WRITTEN_BY_OTHERS = ("complaint_email", "user_report")
"""Kinds of exhibit that are somebody's complaint."""
_OWN_NAME = 5
"""Letters of a word in a party's name from which on a mail domain that begins with it is the party's own."""
_USUAL = 3
_PICTURES = 400
"""Pictures of complainants that are compared pairwise."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody's complaint: a report, or a letter among the exhibits.

    `present`: the complainant was in the meeting, as the participant log has it. `absent`: they were
    not, and nothing else lets them know what happened in it. `fresh`: the account was made shortly
    before, and others in the meeting were not. `saw`: the text says that its writer saw or heard it.
    """

    ref: str
    who: str
    account: Account | None
    text: str
    at: datetime | None
    present: bool
    absent: bool
    fresh: bool
    saw: bool


class Sources:
    """Everyone whose word carries the request."""

    def __init__(self, case: Case, policy: Policy) -> None:
        self._case, self._policy = case, policy
        request = case.request
        accounts = [
            request.requester.account,
            *(r.reporter for r in case.reports),
            *(e.author for e in request.evidence),
        ]
        self.ties = Ties(case, policy, frozenset(a.account_id for a in accounts if a is not None))

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
            if e.kind in WRITTEN_BY_OTHERS
        ]
        return tuple(sorted(found, key=lambda c: (str(c.at), skeleton(c.text))))

    @cached_property
    def voices(self) -> tuple[Complaint, ...]:
        """Complaints, and those who took a picture or an excerpt of the meeting: all who seem to have witnessed it."""
        own = self._case.request.requester.account
        shown = [
            self._complaint(f"evidence:{e.evidence_id}", e.author, "", e.captured_at, None)
            for e in self._case.request.evidence
            if e.kind in SHOWS_MEETING
            and e.author is not None
            and (own is None or e.author.account_id != own.account_id)
        ]
        return (*self.complaints, *shown)

    @cached_property
    def linked(self) -> list[tuple[Complaint, ...]]:
        """Groups of voices of different accounts that share a network or a device that is theirs alone."""
        clusters = Clusters()
        placed = [c for c in self.voices if c.account is not None]
        for c in placed:
            clusters.find(c.who)
            for place in self.ties.place(c.account) if c.account is not None else ():
                clusters.link(c.who, place)
        return _groups(placed, {c.who: clusters.find(c.who) for c in placed})

    @cached_property
    def alike(self) -> list[tuple[Complaint, ...]]:
        """Groups of complaints by different accounts in nearly the same words."""
        return self._worded(copies([c.text for c in self._telling_first]))

    @cached_property
    def retold(self) -> list[tuple[Complaint, ...]]:
        """Groups of complaints by different accounts that share most of their content words, in any order."""
        return self._worded(retellings([c.text for c in self._telling_first]))

    @cached_property
    def pictured(self) -> list[tuple[Complaint, ...]]:
        """Groups of complaints by different accounts that carry one picture."""
        voices = [v for v in self.voices if self.picture(v.ref) != Picture()][:_PICTURES]
        groups = one_picture([self.picture(v.ref) for v in voices])
        return _groups(voices, {v.ref: g for v, g in zip(voices, groups, strict=True)}, by_ref=True)

    def picture(self, ref: str) -> Picture:
        """The picture that a report or an exhibit carries."""
        return self._pictures[ref]

    @cached_property
    def _pictures(self) -> dict[str, Picture]:
        reports, evidence = self._case.reports, self._case.request.evidence
        held = {f"report:{r.report_id}": Picture(r.attachment_sha256 or "", r.attachment_pdq or "") for r in reports}
        return held | {f"evidence:{e.evidence_id}": Picture(e.sha256 or "", e.pdq or "") for e in evidence}

    @cached_property
    def in_step(self) -> list[tuple[Complaint, ...]]:
        """Groups by different accounts, on places of their own, that two soft ties hold together at once.

        Soft ties: made in one batch; came late and left together; one text retold. One alone may be chance.
        """
        accounts = [c.account for c in self.complaints if c.account is not None]
        batch = {f"account:{k}": v for k, v in self.ties.batches(accounts).items()}
        company = {f"account:{k}": v for k, v in self.ties.companies(accounts).items()}
        text = {c.who: n for n, group in enumerate(self.retold) for c in group}
        found: list[tuple[Complaint, ...]] = []
        ways: tuple[tuple[Mapping[str, Hashable], Mapping[str, Hashable]], ...]
        ways = ((batch, company), (batch, text), (company, text))
        for one, other in ways:
            both = {who: (one[who], other[who]) for who in one if who in other}
            held = [c for c in self.complaints if c.who in both]
            found += [g for g in _groups(held, both) if distinct(g) >= 3 and not self._one_household(g)]
        return found

    @cached_property
    def independent(self) -> int:
        """How many independent sources the complaints come down to."""
        clusters = Clusters()
        for c in self.complaints:
            clusters.find(c.who)
        worded = [g for g in (*self.alike, *self.retold) if any(c.fresh for c in g)]
        for group in (*self.linked, *self.in_step, *worded):
            for c in group[1:]:
                clusters.link(group[0].who, c.who)
        return clusters.count(c.who for c in self.complaints)

    def tied_to_requester(self) -> list[tuple[str, str]]:
        """Others who pass as independent but are one with the requester: (ref, how)."""
        request = self._case.request
        own = request.requester.account
        others = [(f"report:{r.report_id}", r.reporter, True) for r in self._case.reports]
        others += [(f"evidence:{e.evidence_id}", e.author, e.kind in WRITTEN_BY_OTHERS) for e in request.evidence]
        found = []
        for ref, account, complains in others:
            if account is None or (own is not None and account.account_id == own.account_id):
                continue
            how = self.tie(account, own) or (self._of_party(account) if complains else "")
            if how:
                found.append((ref, how))
        return found

    def tie(self, a: Account | None, b: Account | None) -> str:
        """How a shared place ties two accounts ('shares a device with'), or ''.

        People of one household or campus who were all there, on established accounts, share a network
        openly: between them only a shared device is a tie. What many ordinary participants share ties
        only those who are new.
        """
        if a is None or b is None:
            return ""
        asked = self._case.request.submitted_at
        fresh = self.is_fresh(a, asked) or self.is_fresh(b, asked)
        if a.device_id and a.device_id == b.device_id and (fresh or not self.ties.common("device_id", a.device_id)):
            return "shares a device with"
        if a.network_id and a.network_id == b.network_id:
            at_home = self.was_there(a) and self.was_there(b)
            if fresh or not (at_home or self.ties.common("network_id", a.network_id)):
                return "shares a network with"
        domain = self.ties.domain(a)
        if domain and domain == self.ties.domain(b) and fresh and not self._came_openly(a) and not self._came_openly(b):
            return "has, on a new account, the rare mail domain of"
        return ""

    def was_there(self, account: Account | None) -> bool:
        """Whether the participant log has this account."""
        return self.ties.was_there(account)

    def is_fresh(self, account: Account | None, at: datetime | None) -> bool:
        """Whether the account was made shortly before it complained."""
        return self.ties.is_fresh(account, at)

    def uninvited(self, account: Account | None) -> bool:
        """Whether the account came to the meeting late and on no invitation, or not at all."""
        return not self.was_there(account) or self.ties.came_uninvited(account)

    def _came_openly(self, account: Account) -> bool:
        return self.was_there(account) and not self.ties.came_uninvited(account)

    def _of_party(self, account: Account) -> str:
        """How a complainant is one with the party for whom the request is made, or ''."""
        name = self._case.request.requester.on_behalf_of.name or ""
        domain = self.ties.domain(account)
        asked = self._case.request.submitted_at
        if not domain or not self.is_fresh(account, asked) or self._came_openly(account):
            return ""
        own = any(len(w) >= _OWN_NAME and w.isascii() and domain.startswith(w) for w in words(name))
        return "has, on a new account, the mail domain of the party behind" if own else ""

    def _one_household(self, group: Iterable[Complaint]) -> bool:
        networks = {c.account.network_id for c in group if c.account is not None}
        return len(networks) == 1 and None not in networks

    @cached_property
    def _telling_first(self) -> list[Complaint]:
        """Complaints with the new and the absent in front, so that no flood of others hides them."""
        return sorted(self.complaints, key=lambda c: not (c.fresh or c.absent))

    def _worded(self, groups: list[Hashable]) -> list[tuple[Complaint, ...]]:
        by_ref = {c.ref: group for c, group in zip(self._telling_first, groups, strict=True)}
        return _groups(self.complaints, {c.ref: by_ref[c.ref] for c in self.complaints}, by_ref=True)

    @cached_property
    def _new_is_usual(self) -> bool:
        """Whether many who came in time or invited, and complain of nothing, are on new accounts as well."""
        others = [
            p.account
            for p in self._case.meeting.participants
            if p.account is not None and not self.ties.is_complaining(p.account) and not self.uninvited(p.account)
        ]
        new = sum(self.is_fresh(a, None) for a in others)
        return new >= _USUAL and new * 3 >= len(others)

    def _complaint(
        self, ref: str, account: Account | None, text: str, at: datetime | None, in_meeting: bool | None
    ) -> Complaint:
        # The log has accounts only; of guests the platform says itself whether they were there.
        present = self.was_there(account) or in_meeting is True
        guests = any(p.account is None for p in self._case.meeting.participants)
        if in_meeting is None and (account is None or guests or ref.startswith("report:")):
            present = True  # nobody says that they were not
        folded = fold(text)
        # A recording is watched by people who never joined: only who says that they were there contradicts the log.
        ended = self._case.meeting.ended_at
        later = at is None or (ended is not None and at > ended)
        recorded = self._case.request.target.kind == "recording" and later
        watched = recorded and not cue("pretext", "attended").search(folded)
        fresh = self.is_fresh(account, at) and not (present and self._new_is_usual)
        who = f"account:{account.account_id}" if account is not None else ref
        saw = bool(cue("pretext", "eyewitness").search(folded))
        return Complaint(ref, who, account, text, at, present, not present and not watched, fresh, saw)


def distinct(complaints: Iterable[Complaint]) -> int:
    """How many different accounts complain."""
    return len({c.who for c in complaints})


def _groups(
    complaints: Iterable[Complaint], key: Mapping[str, Hashable], *, by_ref: bool = False
) -> list[tuple[Complaint, ...]]:
    """Complaints with equal keys together, where two or more accounts are among them."""
    groups: dict[Hashable, list[Complaint]] = {}
    for c in complaints:
        groups.setdefault(key[c.ref if by_ref else c.who], []).append(c)
    return [tuple(g) for g in groups.values() if distinct(g) >= 2]
