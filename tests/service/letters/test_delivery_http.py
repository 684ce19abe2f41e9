"""A platform fetches letters and says that they arrived; nobody else has the code, and the log has every fetch."""

import hashlib
import json
import re

import pytest
from sqlalchemy import select

from service.audit.log import entries
from service.keys.book import Grant
from service.webhooks.endpoints import Endpoints
from service.webhooks.outbox import Outbox
from service.webhooks.tables import WebhookMessage
from tests.service.console import house as h
from tests.service.webhooks.conftest import endpoint


@pytest.fixture
def client(serve, tmp_path):
    return serve(h.verifier("cleared"), h.settings(tmp_path))


@pytest.fixture
def keys(client):
    house = client.app.state.house
    made = h.keys_for(house, "ana", "lia")
    scopes = ("letters:deliver",)
    secret = house.keys.create(Grant("mailer", scopes), by="test").secret
    return made | {"mailer": {"Authorization": f"Bearer {secret}"}}


@pytest.fixture
def letter(client, keys):
    """What waits after one meeting was ended without a person."""
    assert client.post("/v1/verifications", json=h.document("12"), headers=keys["submit"]).status_code == 200
    [line] = client.get("/v1/letters", headers=keys["mailer"]).json()["letters"]
    return line


def logged(client, kind):
    with client.app.state.house.store.reading() as session:
        return [(e.actor, e.said) for e in entries(session, kind=kind)]


def test_a_letter_is_fetched_delivered_and_waits_no_longer(client, keys, letter):
    assert "body" not in letter
    assert letter["kind"] == "restricted"
    here = f"/v1/letters/{letter['letter_id']}"
    fetched = client.get(here, headers=keys["mailer"])
    assert fetched.headers["cache-control"] == "no-store"
    whole = fetched.json()
    assert whole["to_account"] == h.document("12")["meeting"]["host_account"]["account_id"]
    assert whole["statement_of_reasons"]["puid"] in whole["body"]
    code = re.search(r"^ {4}(\S+)$", whole["body"], re.MULTILINE)[1]
    assert client.post("/v1/appeals", json={"code": code}).status_code == 202, "the code in it works"
    [(who, fetch)] = logged(client, "letter.fetched")
    sha256 = hashlib.sha256(whole["body"].encode()).hexdigest()
    assert (who, fetch) == (
        "mailer",
        {"letter_id": letter["letter_id"], "language": whole["language"], "sha256": sha256},
    )
    for _ in range(2):
        assert client.post(f"{here}/delivered", json={"channel": "email"}, headers=keys["mailer"]).status_code == 204
    assert logged(client, "letter.delivered") == [("mailer", {"letter_id": letter["letter_id"], "channel": "email"})]
    assert client.get("/v1/letters", headers=keys["mailer"]).json() == {"letters": [], "next": None}
    [gone] = client.get("/v1/letters?delivered=true", headers=keys["mailer"]).json()["letters"]
    assert gone["delivered_at"] is not None


def test_a_chinese_meeting_has_its_letter_in_chinese_and_an_attempt_has_no_statement(serve, tmp_path):
    from tests.service.review.desk import saying

    client = serve(h.verifier("review"), h.settings(tmp_path))
    keys = h.keys_for(client.app.state.house, "ana")
    secret = client.app.state.house.keys.create(Grant("mailer", ("letters:deliver",)), by="test").secret
    mailer = {"Authorization": f"Bearer {secret}"}
    assert client.post("/v1/verifications", json=h.document("01"), headers=keys["submit"]).status_code == 200
    review = client.post("/v1/reviews/next", headers=keys["ana"]).json()["review_id"]
    from service.review.dossier import read

    case = read(client.app.state.house.office, review, "ana").case
    body = saying(case, "deny", pretextual=True).model_dump(mode="json")
    assert client.post(f"/v1/reviews/{review}/decision", json=body, headers=keys["ana"]).status_code == 200
    [line] = client.get("/v1/letters", headers=mailer).json()["letters"]
    whole = client.get(f"/v1/letters/{line['letter_id']}", headers=mailer).json()
    assert (whole["language"], whole["kind"], whole["statement_of_reasons"]) == ("zh", "attempt", None)
    assert "我们拒绝了" in whole["body"]


@pytest.mark.parametrize(("language", "word"), [("en", "How to appeal"), ("es", "Cómo recurrir"), ("zh", "如何申诉")])
def test_a_host_can_have_it_in_their_own_language_with_the_same_code(client, keys, letter, language, word):
    here = f"/v1/letters/{letter['letter_id']}"
    first = client.get(here, headers=keys["mailer"]).json()
    told = client.get(here, params={"language": language}, headers=keys["mailer"]).json()
    assert told["language"] == language
    assert word in told["body"]
    codes = [re.search(r"^ {4}(\S+)$", one["body"], re.MULTILINE)[1] for one in (first, told)]
    assert codes[0] == codes[1]
    assert client.get(here, params={"language": "fi"}, headers=keys["mailer"]).status_code == 422
    assert logged(client, "letter.fetched")[-1][1]["language"] == language


def test_nobody_else_has_a_letter_and_its_code(client, keys, letter):
    here = f"/v1/letters/{letter['letter_id']}"
    for who in ("submit", "ana", "lia"):
        for answer in (
            client.get("/v1/letters", headers=keys[who]), client.get(here, headers=keys[who]),
            client.post(f"{here}/delivered", json={"channel": "email"}, headers=keys[who]),
        ):  # fmt: skip
            assert answer.status_code == 403
    assert client.get(here).status_code == 401
    assert logged(client, "letter.fetched") == []


def test_the_webhook_says_that_a_letter_waits_and_never_what_it_says(client, keys):
    house = client.app.state.house
    outbox = Outbox(house.store, Endpoints([endpoint(events=["letter.*"])]), house.clock)
    outbox.fill()
    client.post("/v1/verifications", json=h.document("12"), headers=keys["submit"])
    outbox.fill()
    with house.store.reading() as session:
        [told] = [json.loads(one) for one in session.scalars(select(WebhookMessage.body))]
    assert told["type"] == "letter.written"
    whole = client.get(f"/v1/letters/{told['data']['detail']['letter_id']}", headers=keys["mailer"]).json()
    code = re.search(r"^ {4}(\S+)$", whole["body"], re.MULTILINE)[1]
    assert code not in json.dumps(told)
    assert whole["subject"] not in json.dumps(told, ensure_ascii=False)
    assert told["data"]["detail"]["sha256"] == hashlib.sha256(whole["body"].encode()).hexdigest()


def test_many_letters_come_in_pages(client, keys):
    for n in range(5):
        body = h.document("12", request_id=f"R-{n}")
        assert client.post("/v1/verifications", json=body, headers=keys["submit"]).status_code == 200
    found, after = [], ""
    while after is not None:
        page = client.get(
            f"/v1/letters?limit=2&after={after}" if after else "/v1/letters?limit=2", headers=keys["mailer"]
        )
        found += [one["request_id"] for one in page.json()["letters"]]
        after = page.json()["next"]
    assert found == [f"R-{n}" for n in range(5)]


@pytest.mark.parametrize("path", ["none", "tdv-" + "0" * 40 + "-1", "tdv-x-1"])
def test_what_is_not_there_is_not_found(client, keys, path):
    assert client.get(f"/v1/letters/{path}", headers=keys["mailer"]).status_code in (404, 422)


@pytest.mark.parametrize("after", ["x", "W10=", "é", "WyJ4IiwieSJd", "WyIyMDI2LTAxLTAxIiwgIngiXQ=="])
def test_a_made_up_position_is_a_problem(client, keys, after):
    answer = client.get("/v1/letters", params={"after": after}, headers=keys["mailer"])
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "invalid-body")


def test_an_erased_letter_is_not_delivered(client, keys, letter):
    from service.retention.erase import erase_meeting

    house = client.app.state.house
    with house.store.transaction() as session:
        erase_meeting(
            session, h.document("12")["meeting"]["meeting_id"], by="op", at=house.clock(), why="asked"
        )  # fmt: skip
    for language in ({}, {"language": "es"}):
        answer = client.get(f"/v1/letters/{letter['letter_id']}", params=language, headers=keys["mailer"])
        assert answer.status_code == 404


def test_a_requester_appeals_over_http_and_others_can_not(serve, tmp_path):
    client = serve(h.verifier("review"), h.settings(tmp_path))
    house = client.app.state.house
    keys = h.keys_for(house, "ana", "chi", "lia")
    other = house.keys.create(Grant("other", ("requests:submit",)), by="test").secret
    body = h.document("03")
    request_id = body["request"]["request_id"]
    client.post("/v1/verifications", json=body, headers=keys["submit"])
    review = client.post("/v1/reviews/next", headers=keys["ana"]).json()["review_id"]
    view = f"/v1/requests/{request_id}"
    assert client.get(view, headers=keys["submit"]).json()["appeal_before"] is None
    deny = {
        "outcome": "deny", "verdicts": {"c1": "refuted"}, "pretextual": False, "cites": ["c1/by_target"],
        "reason": "Nobody said or showed anything of the kind.",
    }  # fmt: skip
    assert client.post(f"/v1/reviews/{review}/decision", json=deny, headers=keys["ana"]).status_code == 200
    assert client.get(view, headers=keys["submit"]).json()["appeal_before"] is not None
    why = {"text": "The second recording was not looked at."}
    for headers, status in ((None, 401), (keys["lia"], 403), ({"Authorization": f"Bearer {other}"}, 404)):
        assert client.post(f"{view}/appeal", json=why, headers=headers).status_code == status
    assert client.post(f"{view}/appeal", json={"text": "please"}, headers=keys["submit"]).status_code == 422
    assert client.post(f"{view}/appeal", json=why, headers=keys["submit"]).status_code == 202
    assert client.post(f"{view}/appeal", json=why, headers=keys["submit"]).status_code == 409
    assert client.get(view, headers=keys["submit"]).json()["appeal_before"] is None
    [line] = client.get("/v1/reviews?kind=appeal", headers=keys["chi"]).json()["lines"]
    assert line["round"] == 2
    assert client.get("/v1/reviews?kind=appeal", headers=keys["ana"]).json()["lines"] == [], (
        "who refused does not hear it"
    )
    assert [actor for actor, _ in logged(client, "appeal.refused")] == ["other"]
