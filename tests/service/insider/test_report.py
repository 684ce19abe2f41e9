"""Patterns out of the store, and how the command tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from click.testing import CliRunner

from service.cli.insider_report import insider_report
from service.insider.figures import Row, rate
from service.insider.history import read_past
from service.insider.picture import picture
from service.requests.book import Book
from service.store.opening import open_store
from tests.service.requests import asking
from tests.service.requests.asking import answering, submission

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(store):
    """Three requests of one desk: two cleared, one still with people."""
    book = Book(store, lambda: AT)
    for number, disposition in (("03", "cleared"), ("12", "cleared"), ("01", "review")):
        book.submit(submission(asking.case_of(number)), answering(disposition))


def test_what_the_store_tells_of_past_requests(store):
    fill(store)
    with store.reading() as session:
        past = read_past(session, AT - timedelta(days=1))
        none = read_past(session, AT + timedelta(days=1))
    assert sorted(p.ending for p in past) == ["open", "upheld", "upheld"]
    assert all(p.requester.startswith("desk/") for p in past)
    vigil = next(p for p in past if p.ending == "open")
    assert "commemoration" in vigil.subjects
    assert vigil.region == asking.case_of("01").meeting.host_account.country
    assert none == []


def test_the_command_tells_every_requester(tmp_path):
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    store = open_store(url)
    fill(store)
    store.close()
    told = CliRunner().invoke(insider_report, ["--since", "9999d", "--database", url])
    assert told.exit_code == 0, told.output
    assert told.output.startswith("3 requests by 3 requesters")
    assert "few: says little" in told.output
    document = json.loads(CliRunner().invoke(insider_report, ["--since", "9999d", "--json", "--database", url]).output)
    assert len(document["requesters"]) == 3
    assert document["pairs"] == []


def test_the_command_draws_every_row(tmp_path):
    url, drawn = f"sqlite:///{tmp_path / 'kept.db'}", tmp_path / "report.svg"
    store = open_store(url)
    fill(store)
    store.close()
    told = CliRunner().invoke(insider_report, ["--since", "9999d", "--database", url, "--plot", str(drawn)])
    assert told.exit_code == 0, told.output
    tree = ElementTree.parse(drawn)
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}g"))) == 3
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}circle"))) == 2  # the third has none decided yet


def test_names_in_the_picture_are_text():
    row = Row("<script>&", "", 1, rate(1, 1), ("", 0), ("", 0), 0, (), ('a "quoted" <b>',))
    drawn = picture([row], title="<T>")
    assert "<script>" not in drawn
    assert ElementTree.fromstring(drawn) is not None
