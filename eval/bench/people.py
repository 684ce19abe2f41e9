"""Who can be in a meeting, and one thing that one of them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eval.bench.sources import Line

COUNTRIES = [
    "US",
    "GB",
    "CA",
    "IE",
    "AU",
    "NZ",
    "DE",
    "FR",
    "ES",
    "PT",
    "BR",
    "MX",
    "AR",
    "CL",
    "CO",
    "IN",
    "PK",
    "TW",
    "HK",
    "SG",
    "JP",
    "KR",
    "TR",
    "IR",
    "EG",
    "MA",
    "RU",
    "UA",
    "KZ",
    "PL",
    "NL",
    "SE",
    "NG",
    "KE",
    "ZA",
    "VN",
]
NAMES = [
    "Ana",
    "Priya",
    "Tomasz",
    "Mei",
    "Youssef",
    "Ingrid",
    "Kwame",
    "Lucia",
    "Farid",
    "Noor",
    "Sean",
    "Hana",
    "Olga",
    "Diego",
    "Aylin",
    "Linh",
    "Ravi",
    "Marta",
    "Jens",
    "Chloe",
    "Amir",
    "Zofia",
    "Bao",
    "Carmen",
    "Emeka",
    "Yuki",
    "Sofia",
    "Nikolai",
    "Leila",
    "Hugo",
    "Wanjiru",
    "Tariq",
    "Beatriz",
    "Arjun",
    "Minh",
    "Elif",
    "Pavel",
    "Rosa",
    "Kofi",
    "Dara",
]
MAILS = ("mail.example", "post.example", "club.example", "uni.example", "works.example")


@dataclass(slots=True)
class Person:
    """Somebody in the meeting."""

    pid: str
    name: str
    role: str
    account: dict[str, Any] | None
    joined: datetime
    left: datetime | None = None


@dataclass(slots=True)
class Said:
    """One thing that was said or written, as it stands in the record."""

    person: Person
    text: str
    at: datetime
    kind: str
    line: Line | None = None
