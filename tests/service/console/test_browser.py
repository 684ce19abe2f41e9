"""The whole path in a real browser: two people take the vigil's case, see why it is a pretext, and refuse it."""

import json
import threading
import time
from pathlib import Path

import pytest

from tests.service.fakes import case_file

from . import house as h

CHROMIUM = Path("/usr/bin/chromium")
SERIOUS = ("serious", "critical")


@pytest.fixture
def site(tmp_path):
    """The service on a port of its own, with the real verifier."""
    import uvicorn

    from service.api.app import create_app
    from service.settings import Settings

    given = h.settings(tmp_path)
    settings = Settings(
        people=given.people, database=given.database, permit_keys=given.permit_keys, judge_timeout_s=120.0
    )
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app.state.house
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def axe(page):
    """What axe finds serious on a page."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found if v["impact"] in SERIOUS]


def sign_in(browser, base, house, person, **how):
    house.accounts.set_password(person, h.PASSWORD, by="test")
    page = browser.new_context(**how).new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(f"{base}/console")
    assert page.url.endswith("/console/sign-in")
    assert axe(page) == []
    page.fill("#person", person)
    page.fill("#password", h.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/console")
    return page, problems


def test_two_people_refuse_a_pretext_by_keyboard_and_the_host_gets_a_letter(site, browser):
    import httpx

    base, house = site
    case = json.loads(case_file("01").read_text("utf-8"))["case"]
    answer = httpx.post(f"{base}/v1/verifications", json=case, timeout=180).json()
    assert answer["disposition"] == "hold"

    looks = ({"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
             {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}})  # fmt: skip
    for person, look in zip(("ana", "chi"), looks, strict=True):
        page, problems = sign_in(browser, base, house, person, **look)
        assert axe(page) == []
        page.keyboard.press("n")
        page.wait_for_url("**/console/cases/*")
        glance = page.locator(".glance")
        assert "Why this looks like a pretext" in glance.inner_text()
        assert "1 independent source(s)" in glance.inner_text()
        for figure in ("of 2 claims refuted", "independent source behind 6 complaints", "of 23 earlier requests"):
            fact = page.locator(".tiles li", has_text=figure)
            assert fact.bounding_box()["y"] < 900, "the figures stand on the first screen"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        veil = page.locator(".veil").first
        assert "blur" in veil.evaluate("e => getComputedStyle(e).filter")
        page.check("#unveil")
        assert veil.evaluate("e => getComputedStyle(e).filter") == "none"
        assert axe(page) == []
        page.keyboard.press("d")
        for claim in ("c1", "c2"):
            page.check(f'[name="verdict:{claim}"][value=refuted]')
            page.check(f'[name=cites][value="{claim}/conduct"]')
        page.check("[name=pretextual][value=yes]")
        page.check("[name=outcome][value=deny]")
        page.fill("#reason", "The record covers the whole time; the five who complain are one and were never there.")
        page.click("form.decision button.primary")
        page.wait_for_url("**/console?did=decided")
        assert problems == []

    page.goto(f"{base}/console?state=closed")
    page.click(".row-title a")
    assert "reviewer-1" in page.inner_text("#decision")
    page.click("text=The letter to the host")
    letter = page.inner_text(".letter")
    assert "我们拒绝了" in letter
    assert axe(page) == []

    from service.permits.tables import PermitRecord
    from service.requests.tables import RequestRecord

    with house.store.reading() as session:
        assert session.get(RequestRecord, case["request"]["request_id"]).state == "denied"
        assert session.query(PermitRecord).count() == 0

    the_platform_has_the_letter(base, case, letter)
    the_exported_log_verifies(base, case)


def the_platform_has_the_letter(base, case, shown):
    """What the host is sent is what the page shows: in their language, to their account, without a permit's word."""
    import httpx

    [line] = httpx.get(f"{base}/v1/letters").json()["letters"]
    assert (line["to_account"], line["language"]) == (case["meeting"]["host_account"]["account_id"], "zh")
    sent = httpx.get(f"{base}/v1/letters/{line['letter_id']}").json()
    assert sent["body"].split() == shown.removeprefix(sent["subject"]).split()
    here = f"{base}/v1/letters/{line['letter_id']}/delivered"
    assert httpx.post(here, json={"channel": "email"}).status_code == 204
    assert httpx.get(f"{base}/v1/letters").json()["letters"] == []


def the_exported_log_verifies(base, case):
    """An outsider with the export and the public keys alone reads the whole story, and a changed word shows."""
    import httpx

    from service.audit.chain import BadEntry
    from service.audit.export import verify_export
    from service.permits.keys import public_keys

    keys = public_keys(httpx.get(f"{base}/.well-known/jwks.json").json())
    exported = httpx.get(f"{base}/v1/audit/export").content
    lines = exported.splitlines(keepends=True)
    assert verify_export(lines, keys)[0] == len(lines) - 1
    told = [json.loads(line) for line in lines[:-1]]
    story = [e["kind"] for e in told if e["subject"] == case["request"]["request_id"]]
    for step in (
        "request.received", "request.in_review", "review.opened", "review.leased", "content.viewed", "review.decided",
        "request.denied", "letter.written", "letter.fetched", "letter.delivered",
    ):  # fmt: skip
        assert step in story
    assert story.count("review.decided") == 2
    assert not [kind for kind in story if kind.startswith("permit.")]
    assert {e["actor"] for e in told if e["kind"] == "review.decided"} == {"ana", "chi"}
    with pytest.raises(BadEntry):
        verify_export([line.replace(b"review.decided", b"review.skipped") for line in lines], keys)


def test_files_are_hashed_in_the_browser_and_never_sent(site, browser, tmp_path):
    import hashlib

    import httpx

    base, house = site
    case = json.loads(case_file("01").read_text("utf-8"))["case"]
    httpx.post(f"{base}/v1/verifications", json=case, timeout=180)
    page, problems = sign_in(browser, base, house, "ana")
    page.keyboard.press("n")
    page.wait_for_url("**/console/cases/*")
    page.click("text=Something else")
    file = tmp_path / "来函 letter.pdf"
    file.write_bytes(b"the letter itself")
    sha256 = hashlib.sha256(b"the letter itself").hexdigest()
    page.set_input_files("#note-pick", str(file))
    page.wait_for_function("document.getElementById('note-files').value.includes('letter.pdf')")
    assert page.input_value("#note-files") == f"{sha256}  来函 letter.pdf\n"
    page.fill("#note-text", "The letterhead is of another office.")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.click("text=Keep the note")
    page.wait_for_url("**did=noted")
    assert not any("the+letter+itself" in body or "the letter itself" in body for body in sent)
    assert sha256 in page.inner_text("#decision")
    assert problems == []
