"""Times as people write them: clocks of 12 and 24 hours, dates in several orders, zones by name or offset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

_STAMP = re.compile(
    r"(?<![\d:.])(?:(?P<date>\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})[ T,]+)?"
    r"(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?![\d:])"
    r"(?:\s?(?P<half>[aApP])\.?[mM]\.?(?![A-Za-z]))?"
    r"(?:\s?\(?(?P<zone>UTC[+-]\d{1,2}(?::?\d{2})?|GMT[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}:\d{2}|Z|[A-Z]{3,4})(?![A-Za-z]))?"
)
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180,
    "msk": 180, "trt": 180, "pkt": 300, "hkt": 480, "sgt": 480, "wib": 420, "ict": 420, "jst": 540, "kst": 540,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "edt": -240, "cdt": -300, "mdt": -360, "pdt": -420,
    "est": -300, "pst": -480, "brt": -180, "art": -180, "sast": 120, "eat": 180, "wat": 60,
}  # fmt: skip
"""Minutes ahead of UTC of the zone names that mean one thing. IST, CST and MST mean several, so they mean none here."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as written. `offset` is minutes ahead of UTC, or None when the writer names no zone that is one."""

    clock: time
    day: date | None
    offset: int | None

    def instant(self) -> datetime | None:
        """The moment in UTC, when day and zone are both told."""
        if self.day is None or self.offset is None:
            return None
        return datetime.combine(self.day, self.clock, timezone(timedelta(minutes=self.offset)))


def stamps(text: str) -> Iterator[Stamp]:
    """The times that a text gives, in its order."""
    for m in _STAMP.finditer(text):
        hour = int(m["h"])
        if m["half"]:
            if not 1 <= hour <= 12:
                continue
            hour = hour % 12 + (12 if m["half"].lower() == "p" else 0)
        yield Stamp(time(hour, int(m["m"]), int(m["s"] or 0)), _date(m["date"]), _offset(m["zone"]))


def outside(found: Sequence[Stamp], start: datetime, end: datetime, slack: timedelta) -> bool:
    """Whether no reading of these times puts all of them inside a span.

    A time without a zone may be of any zone, and one without a day of any day; then only their
    distance counts: lines of one meeting can't lie further apart than the meeting was long.
    """
    instants = [at for s in found if (at := s.instant()) is not None]
    if any(not start - slack <= at <= end + slack for at in instants):
        return True
    zoned = [s for s in found if s.day is None and s.offset is not None]
    if any(not _fits_some_day(s, start - slack, end + slack) for s in zoned):
        return True
    loose = [s for s in found if s.offset is None]
    return len(loose) >= 2 and _spread(loose) > end - start + 2 * slack


def moments(stamp: Stamp, start: datetime, end: datetime) -> list[datetime]:
    """Every moment inside a span that a written time may mean: any zone of full or half hours, where none is told."""
    offsets = [stamp.offset] if stamp.offset is not None else range(-12 * 60, 14 * 60 + 1, 30)
    found = []
    for minutes in offsets:
        zone = timezone(timedelta(minutes=minutes))
        first = stamp.day or start.astimezone(zone).date()
        for day in (first, first + _DAY) if stamp.day is None else (first,):
            at = datetime.combine(day, stamp.clock, zone)
            if start <= at <= end:
                found.append(at)
    return found


def _fits_some_day(stamp: Stamp, start: datetime, end: datetime) -> bool:
    return end - start >= _DAY or bool(moments(stamp, start, end))


def _spread(found: Sequence[Stamp]) -> timedelta:
    """How far apart clock times lie at the least, when they may pass midnight once."""
    seconds = sorted({s.clock.hour * 3600 + s.clock.minute * 60 + s.clock.second for s in found})
    widest = max(((b - a) % 86400 for a, b in zip(seconds, [*seconds[1:], seconds[0]], strict=True)), default=0)
    return timedelta(seconds=0 if len(seconds) < 2 else 86400 - widest)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    parts = [int(p) for p in re.split(r"[-./]", text)]
    if parts[0] >= 1000:
        year, month, day = parts
    elif parts[1] > 12:
        month, day, year = parts
    elif parts[0] > 12 or "." in text:
        day, month, year = parts
    else:
        return None  # 03/04/2025 is two days
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    name = zone.lower()
    if name in _ZONES:
        return _ZONES[name]
    m = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", name)
    if m is None:
        return None
    minutes = int(m[2]) * 60 + int(m[3] or 0)
    return (minutes if m[1] == "+" else -minutes) if minutes <= 14 * 60 else None
