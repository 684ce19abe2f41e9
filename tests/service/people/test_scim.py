"""The directory of a SCIM server: whole, strict, and with everybody's line as it is."""

import time

import pytest
from click.testing import CliRunner

from service.cli.people import people
from service.people import InvalidPeople, Person, parse_people
from service.people_scim import Scim, read_scim

from .fake_scim import TOKEN, group, user


def test_users_managers_and_groups_become_people_lines_and_roles(server, scim):
    found = read_scim(scim)
    assert [person.id for person in found] == ["boss", "ana", "chi", "lia", "gone"]
    ana, chi, lia = (found.get(name) for name in ("ana", "chi", "lia"))
    assert (ana.roles, ana.desk, ana.languages, ana.name) == (("reviewer",), "Trust", ("es",), "Ana")
    assert (chi.roles, chi.rank) == (("reviewer", "senior"), 2)
    assert [person.id for person in found.managers(lia)] == ["ana", "boss"]
    assert found.get("boss").rank == 0, "a group that is not ours gives no role"
    assert found.behind("acc-chi") is chi
    assert found.behind("ana@example.org") is found.behind("u-2") is ana
    assert found.signing_in("u-2", exactly=True) is ana
    assert [query["startIndex"] for kind, query in server.asked if kind == "Users"] == ["1", "3", "5"]


def test_who_left_decides_nothing_and_still_stands_in_the_line(server, scim):
    server.users[0]["active"] = False
    found = read_scim(scim)
    assert found.get("gone") is None
    assert found.get("boss") is None
    assert found.signing_in("u-5", exactly=True) is None
    assert found.behind("gone").rank == 0
    assert found.one_line(found.behind("gone"), found.behind("boss"))
    assert found.one_line(found.get("lia"), found.behind("boss"))


@pytest.mark.parametrize("active", ["true", 1, None, "False"])
def test_only_true_is_active(server, scim, active):
    server.users[1]["active"] = active
    assert read_scim(scim).get("ana") is None


def test_a_file_adds_what_the_server_has_no_words_for_and_nothing_else(scim):
    file = parse_people(
        {"people": [
            {"id": "ana", "name": "Other", "alias": "reviewer-7", "roles": ["lead", "admin"], "desk": "dublin",
             "accounts": ["acc-1"], "networks": ["n1"], "interests": {"countries": ["PT"]}, "languages": ["fr"]},
            {"id": "stranger", "name": "Stranger", "roles": ["lead"]},
        ]}
    )  # fmt: skip
    found = read_scim(scim, file)
    ana = found.get("ana")
    assert (ana.alias, ana.desk, ana.networks, ana.interests.countries) == ("reviewer-7", "dublin", ("n1",), ("PT",))
    assert (ana.name, ana.roles, ana.manager, ana.languages) == ("Ana", ("reviewer",), "boss", ("es", "fr"))
    assert found.behind("acc-1") is ana
    assert found.get("stranger") is None


def test_a_user_name_that_can_be_no_id_gives_way_to_the_servers_own(server, scim):
    server.users[2]["userName"] = "chi+x@example.org"
    assert read_scim(scim).get("u-3").name == "Chi"


def test_a_group_inside_of_a_group_gives_nobody_a_role(server, scim):
    nested = group("takedown-lead", "u-4")
    nested["members"] = [{"value": "u-4", "type": "Group"}]
    server.groups.append(nested)
    assert read_scim(scim).get("lia").roles == ()


def cut_short(kind, page):
    return page | {"Resources": []} if page["startIndex"] > 1 else page


WRONG = {
    "a manager whom it doesn't have": lambda s: s.users.append(user(9, "new", manager="u-77")),
    "a circle of managers": lambda s: s.users[0].update(user(1, "boss", manager="u-4")),
    "an account of two": lambda s: s.users.append(user(9, "new", externalId="acc-chi")),
    "the same id twice": lambda s: s.users.append(user(1, "boss2")),
    "no user name": lambda s: s.users[0].update(userName=""),
    "an id that is none": lambda s: s.users[0].update(id="a b", userName="c d"),
    "a page that is missing": lambda s: setattr(s, "change", cut_short),
    "a page with less than it says": lambda s: setattr(s, "change", lambda kind, page: {**page, "totalResults": 99}),
    "no list": lambda s: setattr(s, "change", lambda kind, page: {**page, "Resources": "x"}),
    "no number": lambda s: setattr(s, "change", lambda kind, page: {**page, "totalResults": "5"}),
    "a list without end": lambda s: setattr(s, "change", lambda kind, page: {**page, "totalResults": 10**9}),
    "no object": lambda s: setattr(s, "change", lambda kind, page: []),
    "users that are none": lambda s: setattr(s, "change", lambda kind, page: {**page, "Resources": [1]}),
    "an error": lambda s: setattr(s, "status", 500),
    "a redirect": lambda s: setattr(s, "status", 302),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_directory_that_is_not_whole_is_none(server, scim, wrong):
    wrong(server)
    with pytest.raises(InvalidPeople):
        read_scim(scim)


def test_another_token_or_no_server_is_no_directory(server):
    with pytest.raises(InvalidPeople, match="401"):
        read_scim(Scim(server.url, "other"))
    with pytest.raises(InvalidPeople, match="reached"):
        read_scim(Scim("http://127.0.0.1:9/scim", TOKEN))


def test_a_server_that_hangs_is_given_up(server, scim, monkeypatch):
    monkeypatch.setattr("service.people_scim.DEADLINE_S", 0.2)
    server.delay_s = 1.0
    began = time.monotonic()
    with pytest.raises(InvalidPeople, match="Timeout"):
        read_scim(scim)
    assert time.monotonic() - began < 0.9


@pytest.mark.parametrize("url", ["http://idp.example/scim", "ftp://idp.example", "https://u:p@idp.example/"])
def test_an_address_at_which_others_could_answer_is_refused(url):
    with pytest.raises(ValueError, match="https"):
        Scim(url)


def test_the_token_is_in_no_representation(scim):
    assert TOKEN not in repr(scim)


def test_the_command_reads_it_and_says_what_is_wrong(server):
    env = {"TAKEDOWN_SCIM_URL": server.url, "TAKEDOWN_SCIM_TOKEN": TOKEN}
    result = CliRunner().invoke(people, ["check"], env=env)
    assert result.exit_code == 0, result.output
    assert "2 of 5 people may decide." in result.output
    server.users.append(user(9, "new", manager="u-77"))
    result = CliRunner().invoke(people, ["check"], env=env)
    assert result.exit_code == 2
    assert "manager" in result.stderr
    assert CliRunner().invoke(people, ["check"], env={}).exit_code == 2


def test_a_person_of_a_file_is_active_unless_it_says_otherwise():
    assert Person(id="a", name="A").active
    assert parse_people({"people": [{"id": "a", "name": "A", "active": False}]}).get("a") is None
