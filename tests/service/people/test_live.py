"""A directory that is read again: what changes is so at once, and old news is no news."""

import time

import pytest

from service.people import InvalidPeople, People
from service.people_live import STALE_S, LivePeople, directory
from service.review.independence import ties
from service.review.parties import Parties
from service.settings import Settings
from tests.service.console import house as h

from .fake_scim import TOKEN


class Ticks:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def live(scim, ticks):
    found = directory(scim, None)
    assert isinstance(found, LivePeople)
    found._monotonic = ticks
    found._since = ticks()
    return found


def independent(people):
    none = frozenset()
    parties = Parties(
        actor="x", askers=none, countries=none, party="", accounts=none, asker_networks=none, asker_devices=none,
        devices=none, meeting="m",
    )  # fmt: skip
    return not ties("ana", parties, people)


def test_nobody_is_known_before_it_was_read(live):
    assert len(live) == 0
    assert not independent(live)
    assert live.refresh()
    assert independent(live)


def test_what_changes_is_so_from_the_next_reading_on(live, server):
    live.refresh()
    server.users[1]["active"] = False
    assert live.get("ana") is not None
    live.refresh()
    assert live.get("ana") is None


def test_a_server_that_fails_leaves_the_last_copy_until_it_is_stale(live, server, ticks):
    live.refresh()
    server.status = 500
    ticks.now += STALE_S - 1
    assert not live.refresh()
    assert independent(live)
    assert live.age_s == STALE_S - 1
    ticks.now += 2
    assert not live.refresh()
    assert not independent(live)
    assert list(live) == []
    assert live.get("ana") is live.behind("ana") is live.signing_in("u-2", exactly=True) is None
    server.status = 200
    assert live.refresh()
    assert independent(live)


def test_a_reading_that_takes_long_is_as_old_as_its_beginning(scim, ticks):
    def slow():
        ticks.now += 100
        return People()

    live = LivePeople(slow, ticks)
    live.refresh()
    assert live.age_s == 100


def test_a_file_that_is_not_valid_stops_the_start_with_or_without_a_server(scim, tmp_path):
    (tmp_path / "people.yaml").write_text("people: [{id: a}]")
    for server in (scim, None):
        with pytest.raises(InvalidPeople):
            directory(server, tmp_path / "people.yaml")


@pytest.fixture
def client(serve, server, tmp_path):
    settings = Settings(
        database=f"sqlite:///{tmp_path / 's.db'}", permit_keys=tmp_path / "k.json",
        scim_url=server.url, scim_token=TOKEN,
    )  # fmt: skip
    client = serve(h.verifier("review"), settings)
    people = client.app.state.house.office.people
    end = time.monotonic() + 20
    while people.get("chi") is None and time.monotonic() < end:
        time.sleep(0.02)
    return client


def test_who_is_taken_out_of_the_directory_is_out_of_the_console_and_decides_nothing(client, server):
    house = client.app.state.house
    house.accounts.set_password("chi", h.PASSWORD, by="test")
    form = {"person": "chi", "password": h.PASSWORD}
    assert client.post("/console/sign-in", data=form, follow_redirects=False).status_code == 303
    assert client.get("/console", follow_redirects=False).status_code == 200
    key = h.keys_for(house, "chi")
    assert client.post("/v1/verifications", json=h.document("03"), headers=key["submit"]).status_code == 200
    assert client.post("/v1/reviews/next", headers=key["chi"]).status_code == 200
    server.users[2]["active"] = False
    house.office.people.refresh()
    assert client.get("/console", follow_redirects=False).status_code == 303
    assert client.post("/console/sign-in", data=form, follow_redirects=False).status_code == 403
    assert client.post("/v1/reviews/next", headers=key["chi"]).status_code in (403, 204)


def test_a_stale_directory_is_told_and_nobody_decides(client, server):
    house = client.app.state.house
    key = h.keys_for(house, "chi")
    client.post("/v1/verifications", json=h.document("03"), headers=key["submit"])
    server.status = 500
    house.office.people._since -= STALE_S + 1
    assert client.post("/v1/reviews/next", headers=key["chi"]).status_code in (403, 204)
    age = house.meters.registry.get_sample_value("takedown_people_age_seconds")
    assert age > STALE_S
