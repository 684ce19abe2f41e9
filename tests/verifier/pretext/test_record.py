"""Is a quotation in the record, and as it was said?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stubs import START, exhibit, plain_policy, said, sketch, with_signals
from verifier.pretext.exhibits import read_exhibits
from verifier.pretext.record import Record
from verifier.support.passages import collect

POLICY = plain_policy()
TALK = "nobody should touch the old tree, we will not burn the shed, that is not how we do things"


def compare(words, *signals, language=None, kind="transcript_excerpt", base=None, **meeting):
    """How an excerpt relates to the neighbours' record (with these turns on top)."""
    item = exhibit("1", kind, words).model_copy(update={"language": language})
    case = with_signals(*signals, base=base, request={"evidence": (item,)}, meeting=meeting)
    record = Record(case, tuple(collect(case, POLICY)), POLICY)
    (read,) = read_exhibits(case)
    assert len(read.quotations) == 1
    return record.compare(read.quotations[0], read.evidence)


class TestVerbatim:
    @pytest.mark.parametrize(
        "words",
        [
            TALK,
            TALK.upper(),
            "nobody should touch the old tree",
            "we will not burn the shed, that is not how we do things",
            "no body shoud touch the old tree, we wil not burn the shed",  # slips
            "nobоdy shоuld tоuch the оld tree",  # Cyrillic о
            "n\u200bobody should touch the old t\u200bree",
        ],
    )
    def test_as_it_was_said(self, words):
        assert compare(f"Sanne: {words}") == "verbatim"

    def test_over_two_turns_of_one_speaker(self):
        turns = [
            said("p4", "i will come on saturday in the morning", minute=40),
            said("p4", "and then we paint the fence together", minute=40.2),
        ]
        words = "i will come on saturday in the morning and then we paint the fence together"
        assert compare(words, *turns) == "verbatim"

    def test_in_chinese(self):
        turn = said("p1", "我们今天晚上点起蜡烛，悼念所有遇难的人。", language="zh")
        assert compare("主持人：今天晚上点起蜡烛，悼念所有遇难的人", turn, base=(), language="zh") == "verbatim"


class TestAbsent:
    def test_words_that_were_never_said(self):
        assert compare("tonight we go over there and set the whole place on fire with everybody inside") == "absent"

    def test_in_chinese(self):
        turn = said("p1", "我们今天晚上点起蜡烛，悼念所有遇难的人。", language="zh")
        assert compare("主持人：明天带上汽油，把市政府大楼烧掉", turn, base=(), language="zh") == "absent"


class TestReversed:
    @pytest.mark.parametrize(
        ("said_then", "quoted"),
        [
            (TALK, "burn the shed, that is how we do things"),
            ("please, do not throw stones at the police tonight", "throw stones at the police tonight"),
            ("nobody is going to burn down the town hall", "is going to burn down the town hall"),
        ],
    )
    def test_the_refusal_left_out(self, said_then, quoted):
        assert compare(quoted, said("p3", said_then)) == "reversed"

    @pytest.mark.parametrize(
        ("said_then", "quoted"),
        [
            ("We do not have time. Bring the ladder and the shears on saturday.", "Bring the ladder and the shears"),
            ("i don't know, the hedge looks like it is going to die", "the hedge looks like it is going to die"),
            ("we will not burn the shed", "we will not burn the shed"),
        ],
    )
    def test_a_refusal_of_something_else(self, said_then, quoted):
        assert compare(quoted, said("p3", said_then)) == "verbatim"


class TestSpliced:
    FIRST = said("p2", "we will gather in front of the town hall on monday at noon", minute=10)
    SECOND = said("p4", "and then they set fire to everything in the whole street", minute=40)
    JOINED = "we will gather in front of the town hall and then they set fire to everything in the whole street"

    def test_two_people_made_one(self):
        assert compare(self.JOINED, self.FIRST, self.SECOND) == "spliced"

    def test_an_open_omission_is_none(self):
        words = self.JOINED.replace("hall and", "hall … and")
        assert compare(words, self.FIRST, self.SECOND) != "spliced"


class TestUnclear:
    """Whenever an honest slip could explain it."""

    @pytest.mark.parametrize(
        ("words", "language"),
        [
            ("de heg is veel te hoog en wij vragen de gemeente om hem te knippen", "nl"),
            ("de heg is veel te hoog en wij vragen de gemeente om hem te knippen", None),
            ("живая изгородь слишком высокая, надо попросить совет её подстричь", "ru"),
        ],
    )
    def test_a_translation(self, words, language):
        assert compare(words, language=language) == "unclear"

    def test_a_meeting_in_two_languages(self):
        foreign = [
            said("p2", "wij willen graag dat de heg geknipt wordt", minute=n, name=f"n{n}", language="nl")
            for n in range(1, 9)
        ]
        words = "we would all like to set fire to that hedge as soon as possible"
        assert compare(words, *foreign, language="en") == "unclear"

    def test_no_record_at_all(self):
        assert compare("we will burn the shed and everything in it", base=()) == "unclear"

    def test_a_free_rendering(self):
        words = "the tree must stay and we are not going to burn any shed, we do things another way"
        assert compare(words) in ("unclear", "verbatim")


class TestCovered:
    def record(self, *kinds, minutes=60, started=True):
        spans = tuple({"kind": k, "start": START, "end": START + timedelta(minutes=minutes)} for k in kinds)
        meeting = {"coverage": spans} | ({} if started else {"started_at": None, "ended_at": None})
        return Record(sketch(meeting=meeting), (), POLICY)

    @pytest.mark.parametrize(
        ("exhibit_kind", "kinds", "complete"),
        [
            ("transcript_excerpt", ["transcript"], True),
            ("transcript_excerpt", ["chat"], False),
            ("chat_excerpt", ["chat"], True),
            ("chat_excerpt", ["transcript"], False),
            ("screenshot", ["transcript"], False),
            ("screenshot", ["transcript", "chat"], True),
        ],
    )
    def test_the_record_that_an_exhibit_asks_for(self, exhibit_kind, kinds, complete):
        assert self.record(*kinds).covered(exhibit_kind) is complete

    def test_half_a_record_is_none(self):
        assert not self.record("transcript", minutes=30).covered("transcript_excerpt")

    def test_a_meeting_that_never_began(self):
        assert not self.record("transcript", started=False).covered("transcript_excerpt")

    @pytest.mark.parametrize(("minute", "complete"), [(10, True), (25, True), (29, False), (45, False), (-10, False)])
    def test_around_the_time_of_capture(self, minute, complete):
        item = exhibit("1", "screenshot", "x", minutes=minute)
        assert self.record("transcript", "chat", minutes=30).covered_around(item) is complete
