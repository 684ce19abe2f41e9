import re

import pytest

from service.audit.log import entries

from . import house as h


@pytest.fixture
def client(serve, tmp_path):
    return serve(h.verifier("hold"), h.settings(tmp_path))


@pytest.fixture
def house(client):
    return client.app.state.house


@pytest.fixture
def case_id(client, house):
    answer = client.post("/v1/verifications", json=h.document("03"))
    assert answer.status_code == 200, answer.text
    from service.review.listing import Filter, page

    return page(house.office, "ana", Filter()).lines[0].review_id


def sign_in(client, house, person):
    client.cookies.clear()
    house.accounts.set_password(person, h.PASSWORD, by="test")
    answer = client.post("/console/sign-in", data={"person": person, "password": h.PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303
    return re.search(r'name="csrf" value="([^"]+)"', client.get("/console").text)[1]


def deny(token, **changed):
    reason = "Nobody said or showed anything of the kind."
    form = {
        "csrf": token, "verdict:c1": "refuted", "cites": "c1/by_target", "pretextual": "yes", "outcome": "deny",
        "reason": reason, **changed,
    }  # fmt: skip
    return {name: value for name, value in form.items() if value is not None}


PAGES = (
    "/console", "/console/quality", "/console/transparency", "/console/transparency.csv", "/console/cases/x",
    "/console/letters/x", "/console/glass/x", "/console/audit",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_behind_the_door(client, path):
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize("path", ["/console/sign-in", "/appeal", "/console"])
def test_every_page_forbids_what_is_inline_or_from_elsewhere(client, path):
    headers = client.get(path, follow_redirects=False).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_no_page_has_a_style_or_a_script_of_its_own(client, house, case_id):
    token = sign_in(client, house, "ana")
    client.post(f"/console/cases/{case_id}/lease", data={"csrf": token})
    for path in ("/console", f"/console/cases/{case_id}", "/appeal"):
        html = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client, house):
    house.accounts.set_password("ana", h.PASSWORD, by="test")
    form = {"person": "ana", "password": h.PASSWORD}
    cookie = client.post("/console/sign-in", data=form, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    far = client.post("https://reviews.example/console/sign-in", data=form, follow_redirects=False)
    assert far.headers["set-cookie"].startswith("__Host-")
    assert "Secure" in far.headers["set-cookie"]


def test_wrong_passwords_lock_the_account_for_a_while(client, house):
    house.accounts.set_password("ana", h.PASSWORD, by="test")
    for _ in range(5):
        assert client.post("/console/sign-in", data={"person": "ana", "password": "x"}).status_code == 403
    assert client.post("/console/sign-in", data={"person": "ana", "password": h.PASSWORD}).status_code == 403
    with house.store.reading() as session:
        assert len(list(entries(session, kind="session.refused"))) == 6


def test_whoever_is_not_in_the_directory_has_no_account(client, house):
    with pytest.raises(LookupError):
        house.accounts.set_password("stranger", h.PASSWORD, by="test")
    assert client.post("/console/sign-in", data={"person": "stranger", "password": h.PASSWORD}).status_code == 403


@pytest.mark.parametrize("password", ["short", "ana" * 8, "aaaaaaaaaaaaaa"])
def test_a_password_that_is_easy_to_guess_is_refused(house, password):
    from service.console.accounts import WeakPassword

    with pytest.raises(WeakPassword):
        house.accounts.set_password("ana", password, by="test")


@pytest.mark.parametrize("deed", ["decision", "lease", "skip", "recuse", "release", "note", "ask", "escalate"])
def test_a_form_without_the_sessions_own_token_does_nothing(client, house, case_id, deed):
    token = sign_in(client, house, "ana")
    client.post(f"/console/cases/{case_id}/lease", data={"csrf": token})
    for wrong in (None, "", "x" * 43):
        answer = client.post(f"/console/cases/{case_id}/{deed}", data=deny(wrong, why="because", text="text"))
        assert answer.status_code == 403
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = client.post(f"/console/cases/{case_id}/{deed}", data=deny(token, why="because"), headers=headers)
        assert answer.status_code == 403


def test_signing_out_ends_the_session_for_good(client, house):
    token = sign_in(client, house, "ana")
    cookies = dict(client.cookies)
    client.post("/console/sign-out", data={"csrf": token})
    client.cookies.update(cookies)
    assert client.get("/console", follow_redirects=False).status_code == 303


def test_two_people_decide_and_the_letter_is_there(client, house, case_id):
    for person in ("ana", "chi"):
        token = sign_in(client, house, person)
        taken = client.post("/console/next", data={"csrf": token}, follow_redirects=False)
        assert taken.headers["location"] == f"/console/cases/{case_id}"
        answer = client.post(f"/console/cases/{case_id}/decision", data=deny(token), follow_redirects=False)
        assert answer.headers["location"] == "/console?did=decided"
    page = client.get(f"/console/cases/{case_id}").text
    assert "reviewer-1" in page
    assert "The letter to the host" in page
    letter = client.get(f"/console/letters/{case_id}").text
    assert "We refused, and nothing was done" in letter or "Nos negamos" in letter
    assert "denied" in client.get("/console/transparency").text
    assert "denied" in client.get("/console/transparency.csv").text


def test_a_form_with_something_missing_comes_back_with_what_was_written(client, house, case_id):
    token = sign_in(client, house, "ana")
    client.post("/console/next", data={"csrf": token})
    for form in (deny(token, cites=None), deny(token, pretextual=None), {**deny(token), "outcome": ""}):
        answer = client.post(f"/console/cases/{case_id}/decision", data=form)
        assert answer.status_code == 422
        assert "Please put right" in answer.text
        assert form["reason"] in answer.text
    assert client.get("/console?state=open").text.count("data-row") == 1


@pytest.mark.parametrize("person", ["lia", "boss", "junior", "mate"])
def test_somebody_tied_sees_nothing_on_any_page_and_every_try_is_logged(client, house, case_id, person):
    token = sign_in(client, house, person)
    assert "data-row" not in client.get("/console").text
    tries = [client.get(f"/console/cases/{case_id}"), client.get(f"/console/letters/{case_id}")]
    deeds = ("lease", "decision", "skip", "recuse", "release", "escalate", "note", "ask")
    tries += [
        client.post(f"/console/cases/{case_id}/{deed}", data=deny(token, why="because", text="text")) for deed in deeds
    ]
    assert {answer.status_code for answer in tries} == {403}
    secret = h.document("03")["meeting"]["title"]
    assert not any(secret in answer.text for answer in tries)
    with house.store.reading() as session:
        assert [e.actor for e in entries(session, kind="review.refused")] == [person] * len(tries)


def test_files_are_attached_by_hash_as_sha256sum_prints_them(client, house, case_id):
    token = sign_in(client, house, "ana")
    client.post("/console/next", data={"csrf": token})
    where, hashes = f"/console/cases/{case_id}/note", ("a" * 64, "B" * 64, "c" * 64)
    lines = f"{hashes[0]}  letter of <b>May</b>.pdf\r\n{hashes[1]} *scan.png\n\n{hashes[2]}\n"
    form = {"csrf": token, "text": "See both.", "attachments": lines}
    assert client.post(where, data=form, follow_redirects=False).status_code == 303
    page = client.get(f"/console/cases/{case_id}").text
    for shown in (hashes[0], hashes[1].lower(), hashes[2], "letter of &lt;b&gt;May&lt;/b&gt;.pdf", "scan.png"):
        assert shown in page
    assert f"<bdi>{'c' * 12}</bdi>" in page


@pytest.mark.parametrize("lines", ["letter.pdf", "a" * 63 + "  x", "g" * 64, ("a" * 64 + "  x\n") * 21])
def test_what_is_no_hash_is_said_and_nothing_written_is_lost(client, house, case_id, lines):
    token = sign_in(client, house, "ana")
    client.post("/console/next", data={"csrf": token})
    form = {"csrf": token, "text": "See the letter of May.", "attachments": lines}
    answer = client.post(f"/console/cases/{case_id}/note", data=form)
    assert answer.status_code == 422
    assert "See the letter of May." in answer.text
    assert lines.splitlines()[0] in answer.text
    assert "<h3>Notes</h3>" not in client.get(f"/console/cases/{case_id}").text


def test_quality_is_for_leads(client, house):
    sign_in(client, house, "ana")
    assert client.get("/console/quality").status_code == 403
    sign_in(client, house, "dee")
    assert client.get("/console/quality").status_code == 200


def test_words_of_a_case_can_not_become_part_of_the_page(client, house):
    nasty = "<script>alert(1)</script>\u202e\u200b{{ 7*7 }}"
    body = h.document("03", justification=nasty)
    body["meeting"]["title"] = nasty
    body["request"]["claims"][0]["narrative"] = nasty
    body["meeting"]["participants"][0]["display_name"] = nasty
    assert client.post("/v1/verifications", json=body).status_code == 200
    token = sign_in(client, house, "ana")
    page = client.post("/console/next", data={"csrf": token}).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page


def test_every_worked_case_has_a_page_on_which_each_id_names_one_thing(serve, tmp_path):
    from service.review import leases
    from service.review.listing import Filter, page

    client = serve(h.verifier("review"), h.settings(tmp_path))
    house = client.app.state.house
    for n in range(1, 27):
        assert client.post("/v1/verifications", json=h.document(f"{n:02}")).status_code == 200
    sign_in(client, house, "ben")
    lines = page(house.office, "ben", Filter()).lines
    assert len(lines) == 26
    for line in lines:
        leases.take(house.office, line.review_id, "ben")
        answer = client.get(f"/console/cases/{line.review_id}")
        assert answer.status_code == 200
        ids = re.findall(r'\sid="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids))
        leases.release(house.office, line.review_id, "ben")


def test_whoever_opens_a_case_without_holding_it_is_shown_the_way_to_take_it(client, house, case_id):
    token = sign_in(client, house, "ana")
    page = client.get(f"/console/cases/{case_id}")
    assert page.status_code == 409
    assert "Take this case" in page.text
    narrative = h.document("03")["request"]["claims"][0]["narrative"]
    assert narrative not in page.text
    client.post(f"/console/cases/{case_id}/lease", data={"csrf": token})
    assert narrative in client.get(f"/console/cases/{case_id}").text
    sign_in(client, house, "chi")
    held = client.get(f"/console/cases/{case_id}")
    assert (held.status_code, "Somebody else holds it" in held.text) == (409, True)
    assert "Take this case" not in held.text
    with house.store.reading() as session:
        assert list(entries(session, kind="review.refused")) == [], "a look at the queue is no attempt at anything"
        assert [e.actor for e in entries(session, kind="content.viewed")] == ["ana"] * 2
