"""Text as a reader hears it: look-alike letters, invisible characters, spacing and case removed.

Everything that is compared or judged goes through `fold`; everything that is quoted stays verbatim.
Look-alike letters come from Unicode's confusables table (UTS #39, by way of confusable-homoglyphs).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_RIVALS = {"LATIN": ("CYRILLIC",), "CYRILLIC": ("LATIN",), "GREEK": ("LATIN",)}
"""Which alphabets a letter could be lent to. Greek letters disguise Latin text, hardly the reverse."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\U000e0000-\U000e0fff\u0640\u064b-\u065f]"
)
_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""Combining marks that can be stacked on the letters of any alphabet."""
_SPACE = re.compile(r"\s+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_GAP = re.compile(f"(?<=[{_CJK}])[ \u00b7._*-]+(?=[{_CJK}])")
_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][ \u00b7._*-]){3,}[^\W\d_](?!\w)")
_GAPS = str.maketrans("\u00b7._*-", "     ")
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The text in lower case, with look-alikes, invisible marks and spaced-out letters undone.

    Word order and punctuation stay, so that the result can still be read and judged.
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    text = _strip_stacked_marks(text)
    text = _join_spaced_letters(text)
    text = _CJK_GAP.sub("", text)
    text = _SPACE.sub(" ", text).strip().lower().replace("i\u0307", "i")
    if text.isascii():
        return text
    return _unify_scripts(text)


def skeleton(text: str) -> str:
    """The folded text without spaces and punctuation: equal skeletons are the same words."""
    return _NOT_WORD.sub("", fold(text)).replace("ı", "i")


def words(text: str) -> list[str]:
    """Folded words; in scripts without spaces, single characters."""
    return words_of_folded(fold(text))


def words_of_folded(text: str) -> list[str]:
    """The words of a text that is folded already."""
    return _WORD.findall(text)


def _join_spaced_letters(text: str) -> str:
    # Four letters apart have two lone ones in their middle; the pattern is slow where there are none.
    if list(map(len, text.translate(_GAPS).split())).count(1) < 2:
        return text

    def join(match: re.Match[str]) -> str:
        return re.sub(r"[ \u00b7._*-]", "", match.group())

    # Two or more spaces are the word gaps of a text that is spaced out throughout.
    parts = re.split(r"\s{2,}|\n", text)
    return " ".join(_SPACED_OUT.sub(join, part) for part in parts)


def _strip_stacked_marks(text: str) -> str:
    """Drop combining marks that composed with nothing, on letters of alphabets that need none."""
    if not _MARK.search(text):
        return text
    kept: list[str] = []
    base = ""
    for c in text:
        if unicodedata.category(c) == "Mn" and _script(base) in _SCRIPTS:
            continue
        if unicodedata.category(c) != "Mn":
            base = c
        kept.append(c)
    return "".join(kept)


@lru_cache(maxsize=65536)
def _script(letter: str) -> str:
    if not letter or not letter.isalpha():
        return ""
    if letter.isascii():
        return "LATIN"
    return unicodedata.name(letter, "").partition(" ")[0]


# Letters that a reader takes for one another, in either case (so В stands with b, К with k).
_LATIN_CYRILLIC = dict(zip("abekmhopctyxijsdqwv", "авекмнорстухіјѕԁԛԝѵ", strict=True))
_LATIN_GREEK = dict(zip("abehikmnoptuvxyz", "αβεηικμνορτυνχγζ", strict=True))


@lru_cache(maxsize=1)
def _look_alikes() -> dict[str, dict[str, str]]:
    """For each of the three alphabets: foreign letter -> its look-alike in that alphabet."""
    from confusable_homoglyphs import confusables

    latin = {v: k for k, v in _LATIN_CYRILLIC.items()} | {v: k for k, v in _LATIN_GREEK.items()}
    latin |= {"ь": "b", "һ": "h", "ӏ": "l", "ϲ": "c", "ѡ": "w"}
    for letter, twins in confusables.confusables_data.items():
        if len(letter) == 1 and letter.isascii() and letter.isalpha():
            for other in (twin["c"] for twin in twins):
                if len(other) == 1 and other.isalpha() and _script(other) not in _SCRIPTS:
                    latin.setdefault(other.lower(), letter.lower())
    return {"LATIN": latin, "CYRILLIC": _LATIN_CYRILLIC, "GREEK": _LATIN_GREEK}


def _unify_scripts(text: str) -> str:
    tables = _look_alikes()
    scripts = {_script(c) for c in text} - {""}
    if len(scripts) < 2 or not scripts & set(_SCRIPTS):
        return text
    dominant = _dominant(text, tables)
    return " ".join(_unify_token(token, dominant, tables) for token in text.split(" "))


def _dominant(token: str, tables: dict[str, dict[str, str]]) -> str:
    """The alphabet with most letters that no other alphabet could lend; '' when none has any."""
    own = Counter(s for c in token if (s := _script(c)) in _SCRIPTS and not any(c in tables[t] for t in _RIVALS[s]))
    return own.most_common(1)[0][0] if own else ""


def _unify_token(token: str, dominant: str, tables: dict[str, dict[str, str]]) -> str:
    present = {_script(c) for c in token} - {""}
    if not present or present == {dominant}:
        return token
    own = _dominant(token, tables)
    target = own or dominant
    if not target or (own and present == {own}):
        return token
    table = tables[target]
    return "".join(table.get(c, c) for c in token)
