"""Strong: several complaints that come from one hand, by network, device, wording, or by who was not there."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.case import Report
from verifier.pretext.images import in_meeting, same
from verifier.pretext.sketch import account, report, sketch
from verifier.pretext.sources import Complaint, distinct
from verifier.pretext.view import Example, IndicatorSpec, Sign, View


def look(view: View) -> Sign | None:
    """Find groups of complaints that a second feature shows to be one: fresh, absent, uninvited, in step."""
    grounds = [*_by_place(view), *_by_wording(view), *_by_picture(view), *_by_absence(view)]
    grounds += [
        ("came late and left together, were made in one batch, or retell one text, two of these at once", group)
        for group in view.sources.in_step
    ]
    if not grounds:
        return None
    everyone = tuple(dict.fromkeys(c for _, group in grounds for c in group))
    count = distinct(everyone)
    said = "; ".join(dict.fromkeys(why for why, _ in grounds))
    detail = f"{count} complainants {said}: {view.sources.independent} independent source(s) in all."
    return Sign(min(0.99, 0.75 + 0.05 * count), detail, tuple(c.ref for c in everyone))


Ground = tuple[str, tuple[Complaint, ...]]
"""Why a group of complaints is one, and the group."""


def _by_place(view: View) -> Iterator[Ground]:
    for group in view.sources.linked:
        telling = tuple(c for c in group if c.fresh or c.absent)
        if distinct(telling) >= 2 or (telling and _reused_words(telling, group, view)):
            yield "share a network or device, on fresh accounts or without having been there", group


def _by_wording(view: View) -> Iterator[Ground]:
    for group in view.sources.alike:
        fresh, absent = tuple(c for c in group if c.fresh), tuple(c for c in group if c.absent)
        if distinct(fresh) >= 2 or (distinct(absent) >= 2 and (len(fresh) > 0 or distinct(absent) >= 3)):
            yield "say the same in nearly the same words, on fresh accounts or without having been there", group
    for group in view.sources.retold:
        fresh = tuple(c for c in group if c.fresh)
        foreign = tuple(c for c in group if c.fresh and view.sources.uninvited(c.account))
        if distinct(foreign) >= 2 or distinct(fresh) >= 3:
            yield "retell one complaint in other words, on fresh accounts", group


def _by_picture(view: View) -> Iterator[Ground]:
    """One picture on several complaints. A slide that all could see may well be on all their screens."""
    shown = in_meeting(view.case)
    for group in view.sources.pictured:
        foreign = tuple(c for c in group if c.absent or (c.fresh and view.sources.uninvited(c.account)))
        if distinct(foreign) >= 2 and not any(same(view.sources.picture(c.ref), seen) for c in group for seen in shown):
            yield "carry one picture, on fresh accounts or without having been there", group


def _by_absence(view: View) -> Iterator[Ground]:
    absent = tuple(c for c in view.sources.complaints if c.absent and c.account is not None)
    witnesses = tuple(c for c in absent if c.saw or c.fresh)
    if distinct(absent) >= 3:
        witnesses = absent  # who reports what happened in a room says that they know it
    if distinct(witnesses) >= 2:
        yield "report what they saw, but never joined", witnesses


def _reused_words(telling: tuple[Complaint, ...], group: tuple[Complaint, ...], view: View) -> bool:
    """Whether a fresh or absent one repeats the words of another in the group."""
    return any(set(alike) & set(telling) and distinct(set(alike) & set(group)) >= 2 for alike in view.sources.alike)


def _pictured(*flipped: int) -> tuple[Report, ...]:
    """Reports of established people who never joined, each with a picture that differs by so many bits."""
    base = int("5ac3" * 16, 16)
    texts = ("The end of it worries me", "My neighbour told me to write to you")
    return tuple(
        report(str(n), text).model_copy(update={"attachment_pdq": f"{base ^ ((1 << bits) - 1):064x}"})
        for n, (text, bits) in enumerate(zip(texts, flipped, strict=True))
    )


def _examples() -> tuple[Example, ...]:
    same = "This meeting praises violence, I am very afraid, please close it at once"
    fresh = [report(str(n), f"{same}{'!' * n}", who=account(f"x{n}", days=1, network="n-x")) for n in range(3)]
    witnesses = [
        report("1", "I saw the host threaten people"),
        report("2", "we heard him say he would hurt them"),
    ]
    home = [
        report("1", "The man with the ladder scared us", present=True, who=account("p3", network="n-home")),
        report(
            "2",
            "Please have a look at what was said about the shed",
            present=True,
            who=account("p4", network="n-home"),
        ),
    ]
    own_words = [
        report(str(n), text, present=True)
        for n, text in enumerate(["he shouted at us", "Terrible evening, look at the end", "threats!!"])
    ]
    return (
        Example("fresh accounts on one network with one wording", sketch(reports=tuple(fresh)), True),
        Example("people who never joined and say they saw it", sketch(reports=tuple(witnesses)), True),
        Example("a household that was there", sketch(reports=tuple(home)), False),
        Example("a burst of people in their own words", sketch(reports=tuple(own_words)), False),
        Example("one picture passed round", sketch(reports=_pictured(0, 3)), True),
        Example("pictures of their own", sketch(reports=_pictured(0, 255)), False),
        Example("a single report", sketch(reports=(fresh[0],)), False),
    )


SPEC = IndicatorSpec(
    code="coordinated_reports",
    strength="strong",
    why="Many complaints look like many witnesses; here they come down to one source.",
    needs="reports and complaint letters: account age, network and device labels, wording, the participant log",
    source="U.S. v. Jin (2020), fake accounts in others' names; Meta, coordinated mass reporting in Vietnam (Dec 2021)",
    look=look,
    examples=_examples,
)
