"""Coverage arithmetic: what the record reaches, what it misses, and whether a claim's time lies in the meeting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.stubs import START, plain_policy, sketch
from verifier.support.coverage import Span, claimed_span, covers, gaps, meeting_span, time_problem

POLICY = plain_policy()


def at(minutes):
    return START + timedelta(minutes=minutes)


def covered(*spans, kind="transcript", length=60, **more):
    """A meeting of an hour, with records of these minutes."""
    coverage = tuple({"kind": kind, "start": at(a), "end": at(b)} for a, b in spans)
    return sketch(meeting={"ended_at": at(length), "coverage": coverage, **more})


def minutes(spans):
    return [((s.start - START) / timedelta(minutes=1), (s.end - START) / timedelta(minutes=1)) for s in spans]


WHOLE = Span(START, at(60))


class TestGaps:
    @pytest.mark.parametrize(
        ("spans", "missing"),
        [
            ([(0, 60)], []),
            ([], [(2, 58)]),
            ([(0, 30)], [(30, 58)]),
            ([(30, 60)], [(2, 30)]),
            ([(0, 20), (40, 60)], [(20, 40)]),
            ([(10, 20), (30, 40)], [(2, 10), (20, 30), (40, 58)]),
            ([(40, 60), (0, 20)], [(20, 40)]),  # in any order
            ([(0, 40), (20, 60)], []),  # overlapping
            ([(0, 60), (10, 20)], []),  # one inside the other
            ([(0, 30), (30, 60)], []),  # end to end
            ([(-90, -30), (70, 90)], [(2, 58)]),  # all of another time
        ],
    )
    def test_what_no_record_reaches(self, spans, missing):
        assert minutes(gaps(covered(*spans), "transcript", WHOLE, POLICY)) == missing
        assert covers(covered(*spans), "transcript", WHOLE, POLICY) == (not missing)

    @pytest.mark.parametrize(("start", "end", "whole"), [(2, 58, True), (2.1, 60, False), (0, 57.9, False)])
    def test_two_minutes_may_miss_at_either_end(self, start, end, whole):
        assert covers(covered((start, end)), "transcript", WHOLE, POLICY) is whole

    @pytest.mark.parametrize(("seconds", "whole"), [(2, True), (3, False)])
    def test_records_meet_give_or_take_a_stamp(self, seconds, whole):
        assert covers(covered((0, 30), (30 + seconds / 60, 60)), "transcript", WHOLE, POLICY) is whole

    def test_two_minutes_may_not_miss_in_the_middle(self):
        assert not covers(covered((0, 29), (31, 60)), "transcript", WHOLE, POLICY)

    def test_kinds_are_told_apart(self):
        case = covered((0, 60), kind="chat")
        assert covers(case, "chat", WHOLE, POLICY)
        assert not covers(case, "transcript", WHOLE, POLICY)

    def test_a_part_of_the_meeting_asks_for_that_part_only(self):
        case = covered((20, 40))
        assert covers(case, "transcript", Span(at(21), at(39)), POLICY)
        assert not covers(case, "transcript", Span(at(19), at(39)), POLICY)

    def test_no_meeting_no_coverage(self):
        case = covered((0, 60), started_at=None, ended_at=None)
        assert gaps(case, "transcript", WHOLE, POLICY) == [WHOLE]

    @given(
        st.lists(st.tuples(st.integers(-300, 3900), st.integers(0, 1800)), max_size=6),
        st.integers(0, 3600),
        st.integers(0, 3600),
    )
    def test_records_and_gaps_together_are_the_span(self, spans, a, b):
        """Every second of the span (but the tolerated edges and seams) is in a record or in a gap, never in both."""
        records = [(START + timedelta(seconds=s), START + timedelta(seconds=s + d)) for s, d in spans]
        coverage = tuple({"kind": "transcript", "start": s, "end": e} for s, e in records)
        case = sketch(meeting={"ended_at": at(60), "coverage": coverage})
        span = Span(START + timedelta(seconds=min(a, b)), START + timedelta(seconds=max(a, b)))
        assume(span.end >= at(2))
        assume(span.start <= at(58))
        holes = gaps(case, "transcript", span, POLICY)
        assert holes == sorted(holes, key=lambda h: h.start)
        for hole in holes:
            assert span.start <= hole.start <= hole.end <= span.end
            assert not any(s < hole.end and e > hole.start for s, e in records)
        edge, seam = timedelta(seconds=120), timedelta(seconds=2)
        for second in range(int((span.end - span.start).total_seconds())):
            t = span.start + timedelta(seconds=second)
            if t <= START + edge + seam or t >= at(60) - edge - seam:
                continue
            in_hole = any(h.start <= t <= h.end for h in holes)
            in_record = any(s - seam <= t <= e + seam for s, e in records)
            assert in_hole or in_record

    @given(st.lists(st.tuples(st.integers(0, 3600), st.integers(0, 1800)), max_size=5), st.integers(0, 3000))
    def test_more_records_never_open_a_gap(self, spans, start):
        def missing(spans):
            coverage = tuple(
                {"kind": "transcript", "start": START + timedelta(seconds=s), "end": START + timedelta(seconds=s + d)}
                for s, d in spans
            )
            case = sketch(meeting={"ended_at": at(60), "coverage": coverage})
            return sum((h.end - h.start for h in gaps(case, "transcript", WHOLE, POLICY)), timedelta())

        assert missing([*spans, (start, 600)]) <= missing(spans)


class TestClaimedTime:
    def claim(self, minute, **meeting):
        occurred = None if minute is None else at(minute)
        return sketch(claim={"occurred_at": occurred}, meeting=meeting)

    @pytest.mark.parametrize(
        ("minute", "span"),
        [(None, (0, 60)), (30, (28, 32)), (0, (0, 2)), (60, (58, 60)), (-3, (0, 0)), (63, (60, 60))],
    )
    def test_a_claim_speaks_of_the_time_around_it_or_of_the_whole_meeting(self, minute, span):
        case = self.claim(minute)
        assert minutes([claimed_span(case, case.request.claims[0], POLICY)]) == [span]

    @pytest.mark.parametrize(
        ("minute", "problem"),
        [
            (None, ""),
            (0, ""),
            (60, ""),
            (-5, ""),  # clocks differ
            (-5.1, "before the meeting began"),
            (67.1, "after the request"),
            (65.5, "after the meeting ended"),
            (-60 * 24, "before the meeting began"),
            (60 * 24, "after the request"),
        ],
    )
    def test_times_outside_the_meeting(self, minute, problem):
        case = self.claim(minute)
        told = time_problem(case, case.request.claims[0], POLICY)
        assert problem in told
        assert bool(told) == bool(problem)

    @pytest.mark.parametrize("started", [None, at(62.1)])
    @pytest.mark.parametrize("minute", [None, 30])
    def test_a_meeting_that_had_not_begun(self, started, minute):
        case = self.claim(minute, started_at=started, ended_at=None)
        assert meeting_span(case) is None
        assert claimed_span(case, case.request.claims[0], POLICY) is None
        assert "had not begun" in time_problem(case, case.request.claims[0], POLICY)

    def test_a_running_meeting_counts_up_to_the_request(self):
        case = self.claim(None, ended_at=None)
        assert meeting_span(case) == Span(START, at(62))

    def test_what_came_after_the_request_was_not_known(self):
        case = self.claim(None, ended_at=at(90))
        assert meeting_span(case) == Span(START, at(62))
