import json

import pytest
from click.testing import CliRunner

from service.cli.queue import queue
from service.cli.remote import Remote
from tests.service.console import house as h


class Through:
    """The command line's client, through the test client instead of a socket."""

    def __init__(self, client, headers):
        import httpx

        def send(request):
            answer = client.request(
                request.method, request.url.raw_path.decode(), content=request.content or None,
                headers={"content-type": "application/json", **headers},
            )  # fmt: skip
            return httpx.Response(answer.status_code, content=answer.content)

        self.remote = Remote("http://127.0.0.1", None, httpx.MockTransport(send))

    def __call__(self, *args):
        return CliRunner().invoke(queue, args, obj=self.remote)


@pytest.fixture
def people(serve, tmp_path):
    client = serve(h.verifier("hold"), h.settings(tmp_path))
    keys = h.keys_for(client.app.state.house, "ana", "chi", "lia")
    assert client.post("/v1/verifications", json=h.document("03"), headers=keys["submit"]).status_code == 200
    return {person: Through(client, keys[person]) for person in ("ana", "chi", "lia")}


DENY = (
    "decide", "deny", "--verdict", "c1=refuted", "--cite", "c1/by_target", "--pretext",
    "--reason", "Nobody said or showed anything of the kind.",
)  # fmt: skip


def test_a_case_is_listed_taken_shown_and_decided(people):
    ana, chi = people["ana"], people["chi"]
    assert "hold" in ana("list").output
    shown = ana("next")
    assert shown.exit_code == 0
    assert "To cite: c1/by_target" in shown.output
    assert "2 people must answer the same" in ana(*DENY).output
    assert chi("next").exit_code == 0
    assert "decided: deny" in chi(*DENY).output
    assert "Nothing is left" in chi("next").output


def test_every_list_and_case_can_be_had_as_json(people):
    ana = people["ana"]
    [line] = json.loads(ana("list", "--json").output)["lines"]
    assert json.loads(ana("next", "--json").output)["review"]["review_id"] == line["review_id"]
    assert json.loads(ana("show", "--json").output)["case"]["schema_version"] == "1"
    assert json.loads(ana("stats", "--json").output)["held"] == 1
    assert json.loads(ana(*DENY, "--json").output)["state"] == "open"


def test_somebody_tied_hears_why_and_gets_nothing(people):
    review = json.loads(people["ana"]("list", "--json").output)["lines"][0]["review_id"]
    for args in (("show", review), ("renew", review), ("skip", review), (*DENY[:2], review, *DENY[2:])):
        refused = people["lia"](*args)
        assert refused.exit_code == 2
        assert "tied to this case" in refused.output
    assert "Nothing is left" in people["lia"]("next").output


def test_without_a_case_in_hand_the_command_says_what_to_do(people):
    assert "queue next" in people["ana"]("skip").output


def test_what_is_put_aside_goes_to_others(people):
    ana = people["ana"]
    ana("next")
    assert ana("release").output == "Given back.\n"
    ana("next")
    assert ana("note", "Looks staged.").exit_code == 0
    assert ana("skip").output == "Skipped.\n"
    assert "Nothing is left" in ana("next").output
    assert people["chi"]("next").exit_code == 0
    assert "waits" in people["chi"]("ask", "platform", "Is there a recording?").output


def test_a_file_is_attached_by_its_hash_and_stays_where_it_is(people, tmp_path):
    import hashlib

    file = tmp_path / "letter.pdf"
    file.write_bytes(b"the letter")
    ana = people["ana"]
    ana("next")
    assert ana("note", "See the letter.", "--attach", str(file)).output == "Kept.\n"
    [note] = json.loads(ana("show", "--json").output)["notes"]
    assert note["attachments"] == [{"name": "letter.pdf", "sha256": hashlib.sha256(b"the letter").hexdigest()}]
    assert note["attachments"][0]["sha256"] in ana("show").output
    assert ana("note", "See.", "--attach", str(tmp_path / "none")).exit_code == 2


def test_watch_tells_again_and_again(people):
    assert people["ana"]("watch", "--every", "1", "--times", "1").output.count("1 open") == 1


def test_a_service_that_is_not_there_is_a_plain_failure():
    result = CliRunner().invoke(queue, ["--url", "http://127.0.0.1:9", "list"])
    assert result.exit_code == 1
    assert "does not answer" in result.output


@pytest.mark.parametrize(
    "command",
    [None, "list", "next", "show", "decide", "skip", "recuse", "release", "stats", "glass", "finding", "note"],
)
def test_help_teaches_without_a_service(command):
    result = CliRunner().invoke(queue, [*([command] if command else []), "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4
