"""Log lines: whole, one each, with the request's id, and without what anybody wrote."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.observability.context import request_id
from service.observability.logs import JsonLines, TextLines, log_config


def record(message="hello", exc_info=None, **extra):
    made = logging.LogRecord("takedown.test", logging.INFO, __file__, 1, message, None, exc_info)
    vars(made).update(extra)
    return made


def raised(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()


@given(st.text(), st.text())
def test_whatever_is_logged_is_one_line_of_json(message, value):
    line = JsonLines().format(record(message.replace("%", ""), value=value))
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["value"] == value[:2_000]


@given(st.text())
def test_nothing_in_a_text_line_passes_for_another_line(value):
    line = TextLines().format(record(value=value))
    assert line.isprintable()


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_an_exception_is_told_by_type_and_place_and_not_by_what_it_quotes(formatter):
    try:
        try:
            raise KeyError("what the host said")
        except KeyError as cause:
            raise ValueError("what the guest said") from cause
    except ValueError:
        line = formatter.format(record(exc_info=sys.exc_info()))
    assert "said" not in line
    for told in ("ValueError", "KeyError", "test_logs.py"):
        assert told in line


def test_a_message_about_the_machine_is_kept():
    line = json.loads(JsonLines().format(record(exc_info=raised(OSError(28, "No space left on device")))))
    assert "No space left" in line["errors"][0]["message"]


def test_lines_below_a_call_bear_its_id():
    token = request_id.set("call-12345")
    try:
        assert json.loads(JsonLines().format(record()))["request_id"] == "call-12345"
    finally:
        request_id.reset(token)
    assert "request_id" not in json.loads(JsonLines().format(record()))


def test_paths_with_ids_and_outgoing_addresses_are_not_logged():
    loggers = log_config("json")["loggers"]
    assert {name: loggers[name]["level"] for name in ("uvicorn.access", "httpx")} == {
        "uvicorn.access": "WARNING",
        "httpx": "WARNING",
    }
