"""Broken glass in the queue, on a page of its own and on the terminal; nobody tied to the two sees or answers it."""

import json
from dataclasses import replace

import pytest

from service.audit.log import entries
from service.breakglass.glass import ask, confirm
from service.breakglass.tables import BreakGlass
from service.permits.keys import SigningKeys
from service.webhooks.endpoints import Endpoints
from tests.service.breakglass.test_break_glass import ALERT, EMERGENCY
from tests.service.review.test_queue_cli import Through

from . import house as h
from .test_pages import sign_in

NOTE = "The recording shows it plainly; nobody could have waited."


@pytest.fixture
def client(serve, tmp_path):
    quiet = Endpoints([ALERT.model_copy(update={"url": "https://127.0.0.1:1/"})])
    return serve(h.verifier("review"), replace(h.settings(tmp_path), webhooks=quiet))


@pytest.fixture
def house(client):
    return client.app.state.house


@pytest.fixture
def glass(house, tmp_path):
    """Broken by Chi and Lia."""
    alerts, at = house.settings.webhooks, house.clock()
    with house.store.transaction() as session:
        used = ask(session, EMERGENCY, by="chi", at=at, alerts=alerts)
    with house.store.transaction() as session:
        keys = SigningKeys(tmp_path / "keys.json")
        why = "<b>I see the same</b> and agree."
        confirm(session, used.id, by="lia", why=why, at=at, keys=keys, alerts=alerts)
    return used.id


def test_a_third_person_finds_it_in_the_queue_reads_it_and_says_what_they_found(client, house, glass):
    token = sign_in(client, house, "ana")
    assert f"/console/glass/{glass}" in client.get("/console").text
    page = client.get(f"/console/glass/{glass}").text
    assert EMERGENCY.reason in page
    assert "&lt;b&gt;I see the same" in page
    assert "reviewer-3" in page, "aliases, never names"
    where = f"/console/glass/{glass}/finding"
    for form in ({"finding": "justified", "note": "fine"}, {"finding": "", "note": NOTE}, {"finding": "maybe"}):
        answer = client.post(where, data={"csrf": token, **form})
        assert answer.status_code == 422
        assert form.get("note", "") in answer.text
    for wrong in ("", "x" * 43):
        assert client.post(where, data={"csrf": wrong, "finding": "justified", "note": NOTE}).status_code == 403
    form = {"csrf": token, "finding": "unjustified", "note": NOTE}
    assert client.post(where, data=form, follow_redirects=False).headers["location"] == "/console?did=found"
    assert glass not in client.get("/console").text
    assert "unjustified" in client.get(f"/console/glass/{glass}").text
    assert client.post(where, data=form).status_code == 409
    with house.store.reading() as session:
        assert session.get(BreakGlass, glass).reviewed_by == "ana"
        assert [e.actor for e in entries(session, kind="break-glass.reviewed")] == ["ana"]


@pytest.mark.parametrize("person", ["lia", "boss", "junior", "mate", "chi"])
def test_somebody_tied_sees_and_answers_nothing_on_any_door_and_it_is_logged(client, house, glass, person):
    token = sign_in(client, house, person)
    assert glass not in client.get("/console").text
    form = {"csrf": token, "finding": "justified", "note": NOTE}
    tries = [client.get(f"/console/glass/{glass}"), client.post(f"/console/glass/{glass}/finding", data=form)]
    client.cookies.clear()
    key = h.keys_for(house, person)[person]
    url = f"/v1/break-glass/{glass}/review"
    tries.append(client.post(url, json={"finding": "justified", "note": NOTE}, headers=key))
    assert [one.status_code for one in tries] == [403] * 3
    assert not any(EMERGENCY.reason in one.text for one in tries)
    terminal = Through(client, key)
    assert "No broken glass" in terminal("glass").output
    assert json.loads(terminal("list", "--json").output)["break_glass"] == []
    refused = terminal("finding", glass, "justified", "--note", NOTE)
    assert (refused.exit_code, "tied to this case" in refused.output) == (2, True)
    with house.store.reading() as session:
        assert [e.actor for e in entries(session, kind="review.refused")] == [person] * 4
        assert session.get(BreakGlass, glass).reviewed_at is None


def test_the_terminal_lists_it_first_and_answers_it(client, house, glass):
    keys = h.keys_for(house, "ana")
    assert client.post("/v1/verifications", json=h.document("03"), headers=keys["submit"]).status_code == 200
    ana = Through(client, keys["ana"])
    told = ana("list").output
    assert told.index("Broken glass") < told.index("review")
    assert json.loads(ana("list", "--json").output)["break_glass"][0]["id"] == glass
    assert EMERGENCY.reason in " ".join(ana("glass").output.split())
    assert json.loads(ana("stats", "--json").output)["broken_glass"] == 1
    assert ana("finding", glass, "justified", "--note", NOTE).output == "Recorded.\n"
    assert "Broken glass" not in ana("list").output
    assert ana("finding", "../x", "justified", "--note", NOTE).exit_code == 2
