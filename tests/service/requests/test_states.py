"""The life of a request, driven at random: whatever is tried, only possible things happen and each is on record."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.audit.log import entries
from service.problems import ProblemDetails
from service.requests.book import Book, transition
from service.requests.states import FINAL, NEXT, PERMITTING, ImpossibleTransition
from service.requests.tables import RequestRecord
from tests.service.stores import open_store

from . import asking
from .asking import answering, never

DISPOSITIONS = st.sampled_from(["cleared", "review", "hold"])
NAMES = st.sampled_from([f"R{n}" for n in range(6)])


def life_of_requests(open_new):
    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.opened = open_new()
            self.store = self.opened.__enter__()
            self.now = datetime(2026, 1, 1, tzinfo=UTC)
            self.permits = []
            self.book = Book(self.store, self.clock, on_cleared=[lambda s, r, at: self.permits.append(r.request_id)])
            self.bodies, self.states, self.answers = {}, {}, {}

        def clock(self):
            self.now += timedelta(seconds=1)
            return self.now

        @rule(name=NAMES, disposition=DISPOSITIONS, degraded=st.booleans(), urgent=st.booleans())
        def submit(self, name, disposition, degraded, urgent):
            case = asking.case_of(request_id=name, urgency="urgent" if urgent else "routine")
            sent = asking.submission(case)
            notes = ("a part was missing",) if degraded else ()
            if name in self.bodies and self.bodies[name] != sent.body_digest:
                with pytest.raises(ProblemDetails):
                    self.book.submit(sent, never)
                return
            waiting = self.states.get(name, "received") == "received"
            found = self.book.submit(sent, answering(disposition, notes) if waiting else never)
            self.bodies[name] = sent.body_digest
            if waiting:
                self.states[name] = "cleared" if disposition == "cleared" and not degraded else "in_review"
                self.answers[name] = found.assessment
            assert found.assessment == self.answers[name]

        @rule(name=NAMES)
        def fail_to_verify(self, name):
            if name in self.states:
                return
            sent = asking.submission(asking.case_of(request_id=name))

            def broken(stated):
                raise RuntimeError("the verifier broke")

            with pytest.raises(RuntimeError):
                self.book.submit(sent, broken)
            self.bodies[name], self.states[name] = sent.body_digest, "received"

        @rule(name=NAMES, to=st.sampled_from(sorted(NEXT)))
        def move(self, name, to):
            if name not in self.states:
                return
            # `assessed` is no place to stay: only the book goes there, on its way to an answer.
            possible = to in NEXT[self.states[name]] and to != "assessed"
            try:
                with self.store.transaction() as session:
                    transition(session, session.get(RequestRecord, name), to, actor="ana", at=self.clock(), why="")
                    if to == "assessed":
                        raise ImpossibleTransition(name, "received", to)
            except ImpossibleTransition:
                assert not possible
            else:
                assert possible
                self.states[name] = to

        @invariant()
        def everything_is_as_it_was_told(self):
            if not hasattr(self, "store"):
                return
            with self.store.reading() as session:
                for name, state in self.states.items():
                    found = session.get(RequestRecord, name)
                    assert found.state == state
                    assert (found.decided_at is not None) == (state in FINAL)
                    steps = [e.kind.removeprefix("request.") for e in entries(session, subject=name)]
                    assert steps[0] == "received"
                    assert steps[-1] == state
                    assert all(later in NEXT[earlier] for earlier, later in itertools.pairwise(steps))
            cleared = sorted(name for name, state in self.states.items() if state == "cleared")
            assert sorted(self.permits) == cleared
            assert {"cleared", "approved"} == PERMITTING

        def teardown(self):
            if hasattr(self, "opened"):
                self.opened.__exit__(None, None, None)

    return Life


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_only_possible_things_happen_to_a_request(kind, tmp_path):
    few = settings(
        max_examples=12 if kind == "sqlite" else 6, stateful_step_count=20, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(life_of_requests(lambda: open_store(kind, tmp_path)), settings=few)
