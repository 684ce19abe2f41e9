from datetime import UTC, datetime, timedelta

import pytest

from service.permits.keys import SigningKeys
from service.requests.tables import RequestRecord
from tests.service.stores import KINDS, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACTION, TARGET = "end_meeting", "meeting:m1"


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    with open_store(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def keys(tmp_path):
    return SigningKeys(tmp_path / "keys.json")


def request_record(request_id="r1", state="cleared", disposition="cleared", **values):
    given = {
        "request_id": request_id, "body_digest": "0" * 64, "caller": "tooling", "actor_id": "liaison-1",
        "action": ACTION, "target": {"kind": "meeting", "meeting_id": "m1"}, "target_digest": "0" * 64,
        "meeting_id": "m1", "grounds": ["terrorism"], "request": {}, "case_digest": "c" * 64, "notes": [],
        "assessment": {
            "disposition": disposition, "degraded": [],
            "approvals": {"required": 2 if disposition == "hold" else 1, "excluded": ["tied-1"]},
        },
        "disposition": disposition, "state": state, "verifier_version": "v", "policy_version": "p",
        "model_version": "m", "received_at": NOON,
    }  # fmt: skip
    return RequestRecord(**(given | values))


@pytest.fixture
def issued(store, keys):
    """A permit for request r1, as the tooling gets it."""
    from service.permits.issue import issue

    with store.transaction() as session:
        return issue(session, request_record(), [], NOON, keys=keys)
