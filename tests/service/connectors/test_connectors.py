"""Events of meeting systems become telemetry, in whatever order they come, and hostile ones become nothing."""

import contextlib
import hashlib
import hmac
import itertools
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.connectors import bigbluebutton, jitsi, webvtt, zoom
from service.connectors.merge import take
from service.connectors.observed import NotUnderstood
from service.keys.environment import read_keys
from service.settings import Settings
from service.telemetry.reading import telemetry_of
from tests.service.fakes import FakeVerifier
from tests.service.keys.making import bearer, entry
from tests.service.stores import open_store
from tests.service.test_api import assert_problem
from verifier.case import Participant

SAMPLES = Path(__file__).parents[2] / "fixtures" / "connectors"
AT = datetime(2026, 3, 1, tzinfo=UTC)
SECRET, KEY = "zoom-secret-token", "bridge-key"
ZOOM_ID = "4444AAAiAAAAAiAiAiiAii=="
JITSI_ID = "catchup@conference.meet.example.com#1625823996"
BBB_ID = "038b74cf04c0ee371f939c9e54de060753899589-1696511528029"


def sample(name):
    return [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def store_all(store, name, events):
    for event in events:
        with store.transaction() as session:
            read = {"zoom": zoom.observed, "bigbluebutton": bigbluebutton.observed}.get(name)
            told = read(event) if read else jitsi.observed(event, session)
            if told is not None:
                take(session, told, by=name, at=AT)


def known(store, meeting_id):
    with store.reading() as session:
        return telemetry_of(session, meeting_id)


def people(found):
    return {one.participant_id: one for one in found.meeting.participants}


def clock(moment):
    return moment.strftime("%H:%M:%S") if moment else None


def test_zoom_tells_meeting_people_and_chat(store):
    store_all(store, "zoom", sample("zoom"))
    found = known(store, ZOOM_ID)
    assert found.notes == ()
    meeting, who = found.meeting, people(found)
    assert (meeting.title, meeting.host_account.account_id) == ("Evening of remembrance", "x1yCzABCDEfg23HiJKl4mN")
    assert [clock(t) for t in (meeting.scheduled_start, meeting.scheduled_end)] == ["18:00:00", "19:00:00"]
    assert [clock(t) for t in (meeting.started_at, meeting.ended_at)] == ["18:00:00", "19:00:00"]
    host, guest = who["16778240"], who["16779264"]
    assert (host.role, host.account.email_domain) == ("host", "remembrance.example")
    assert (guest.role, guest.account, clock(guest.left_at)) == ("attendee", None, "18:33:20")
    said = next(s for s in found.signals if s.kind == "chat")
    assert (said.participant_id, said.text) == ("16779264", "Good evening, thank you for the invitation.")
    assert sorted(s.text for s in found.signals if s.kind == "display_name") == ["Mira Host", "Visitor"]
    assert meeting.coverage == ()  # an event never says that the record is complete


def test_jitsi_tells_rooms_and_occupants(store):
    store_all(store, "jitsi", sample("jitsi"))
    found = known(store, JITSI_ID)
    assert "never said who hosts" in found.notes[0]
    james, guest = found.meeting.participants
    assert (james.display_name, james.account.account_id) == ("James Barrow", "00380324-a840-400d-880f-7ee0933b7556")
    assert (guest.display_name, guest.account, clock(guest.left_at)) == ("", None, "09:47:00")
    assert clock(found.meeting.ended_at) == "09:47:15"


def test_jitsi_occupants_join_the_meeting_of_their_time_in_a_room_used_again(store):
    events = sample("jitsi")
    later = {**events[0], "created_at": 1625900000}
    newcomer = {"occupant_jid": "n@x/1", "joined_at": 1625900001}
    store_all(store, "jitsi", [events[0], later, events[1], {**events[2], "occupant": newcomer}])
    assert len(known(store, JITSI_ID).meeting.participants) == 1
    (second,) = known(store, JITSI_ID.replace("1625823996", "1625900000")).meeting.participants
    assert second.participant_id == "n@x/1"


def test_bigbluebutton_tells_meeting_people_and_chat(store):
    store_all(store, "bigbluebutton", sample("bigbluebutton"))
    found = known(store, BBB_ID)
    who = people(found)
    assert found.meeting.title == "Reading circle"
    assert who["w_1fewpbchnudl"].role == "cohost"
    assert who["w_1fewpbchnudl"].account.account_id == "teacher-7"
    assert who["w_lxcl6yagcfbj"].account is None
    assert who["w_lxcl6yagcfbj"].left_at is not None
    assert [s.text for s in found.signals if s.kind == "chat"] == ["Which page are we on?"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["zoom", "bigbluebutton"]))
def test_neither_order_nor_repetition_of_events_matters(tmp_path_factory, data, name):
    events = sample(name)
    shuffled = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]))
    meeting_id = ZOOM_ID if name == "zoom" else BBB_ID
    seen = []
    for order in (events, shuffled):
        with open_store("sqlite", tmp_path_factory.mktemp("order")) as store:
            store_all(store, name, order)
            found = known(store, meeting_id)
        told = found.meeting.model_dump(exclude={"participants"})
        seen.append((told, people(found), sorted(found.signals, key=lambda s: s.signal_id)))
    assert seen[0] == seen[1]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["zoom", "bigbluebutton"]))
def test_a_payload_of_another_shape_is_refused_and_never_a_crash(data, name):
    event = json.loads(json.dumps(data.draw(st.sampled_from(sample(name)))))
    place = event
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)
    with contextlib.suppress(NotUnderstood, ValidationError):  # what the door answers with 422
        (zoom if name == "zoom" else bigbluebutton).observed(event)


def test_a_transcript_knows_its_speakers_by_unique_names():
    text = (SAMPLES / "zoom.vtt").read_text("utf-8")
    start = datetime(2021, 7, 15, 18, tzinfo=UTC)
    here = [Participant(participant_id=p, display_name=n) for p, n in (("1", "Mira Host"), ("2", "Visitor"))]
    found = webvtt.signals(text, start, here, source="zoom")
    assert [(clock(s.observed_at), s.participant_id, s.text) for s in found] == [
        ("18:00:03", "1", "Good evening and welcome."),
        ("18:01:10", "2", "Thank you & good evening."),
        ("19:00:00", None, "Goodbye."),
        ("18:59:00", None, "No name here."),
    ]
    twins = [*here, Participant(participant_id="3", display_name="Visitor")]
    assert webvtt.signals(text, start, twins, source="zoom")[1].participant_id is None
    voice = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Mira Host>Hello <i>all</i></v>"
    assert webvtt.signals(voice, start, here, source="zoom")[0].participant_id == "1"
    for wrong in ("", "hello", "WEBVTT\n\nno time\nwords", "WEBVTTX\n\n"):
        with pytest.raises(NotUnderstood):
            webvtt.signals(wrong, start, here, source="zoom")


@pytest.fixture
def client(serve):
    ring = read_keys(json.dumps([entry(KEY, "bridge", "telemetry:write")]))
    return serve(FakeVerifier(), Settings(keys=ring, zoom_secret=SECRET), client=("203.0.113.9", 1))


def signed(body, *, secret=SECRET, at=None):
    stamp = str(int(at or time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={digest}", "Content-Type": "application/json"}


def test_zoom_is_believed_only_when_it_signed_this_body_lately(client):
    body = json.dumps(sample("zoom")[4]).encode()
    url = "/v1/connectors/zoom"
    assert client.post(url, content=body, headers=signed(body)).json() == {"stored": 1, "known": 0}
    assert client.post(url, content=body, headers=signed(body)).json() == {"stored": 0, "known": 1}
    wrong = [
        {}, signed(body, secret="other"), signed(body + b" "), signed(body, at=time.time() - 400),
        signed(body, at=time.time() + 400), {**signed(body), "x-zm-request-timestamp": "now"},
    ]  # fmt: skip
    for headers in wrong:
        assert_problem(client.post(url, content=body, headers=headers), 401, "bad-signature")
    nonsense = b'{"event": "meeting.started", "payload": 7}'
    assert_problem(client.post(url, content=nonsense, headers=signed(nonsense)), 422, "invalid-body")


def test_the_answer_to_zooms_challenge_signs_no_message(client):
    def ask(token):
        body = {"event": "endpoint.url_validation", "payload": {"plainToken": token}, "event_ts": 1}
        return client.post("/v1/connectors/zoom", json=body)

    token = "qgg8vlvZRS6UYooatFL8Aw"
    expected = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    assert ask(token).json() == {"plainToken": token, "encryptedToken": expected}
    for forged in ('v0:1626372000:{"event":"meeting.started"}', "", "a:b", "x" * 65, 7):
        assert_problem(ask(forged), 422, "invalid-body")


def test_without_a_secret_zoom_has_no_door(serve):
    body = b"{}"
    assert_problem(
        serve(FakeVerifier()).post("/v1/connectors/zoom", content=body, headers=signed(body)), 404, "not-found"
    )


def test_jitsi_and_bigbluebutton_come_with_a_key(client):
    for event, (kind, what) in zip(
        sample("jitsi")[:2], itertools.pairwise(["room", "created", "occupant"]), strict=True
    ):
        url = f"/v1/connectors/jitsi/events/{kind}/{what}"
        assert client.post(url, json=event, headers=bearer(KEY)).status_code == 200
        assert_problem(client.post(url, json=event), 401, "no-valid-key")
    url, form = "/v1/connectors/bigbluebutton", {"Content-Type": "application/x-www-form-urlencoded"}
    for wrapped in (sample("bigbluebutton"), sample("bigbluebutton")[4]):
        body = urlencode({"domain": "bbb.example", "event": json.dumps(wrapped), "timestamp": 1}).encode()
        answer = client.post(url, content=body, headers=bearer(KEY) | form)
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"stored": 0, "known": 1}
    for wrong in (b"", b"event=7", b"event=[", b"\xff", b"timestamp=1", b"event=[7]"):
        assert_problem(client.post(url, content=wrong, headers=bearer(KEY) | form), 422, "invalid-body")


def test_a_transcript_is_stored_over_http(client):
    url = "/v1/connectors/zoom/meetings/a%2Fb%3D%3D/transcript"
    body = (SAMPLES / "zoom.vtt").read_bytes()
    query = {"start": "2021-07-15T18:00:00Z"}
    answer = client.put(url, params=query, content=body, headers=bearer(KEY))
    assert answer.json() == {"stored": 4, "known": 0}
    assert client.put(url, params=query, content=body, headers=bearer(KEY)).json() == {"stored": 0, "known": 4}
    assert_problem(client.put(url, params=query, content=b"hello", headers=bearer(KEY)), 422, "invalid-body")
