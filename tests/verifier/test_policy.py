"""Policy as data: checked on load, named by its content, extended in YAML alone."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.stubs import THREATS, KeywordJudge, found, plain, plain_policy, said, with_signals
from verifier.case import DEFAULT_CATEGORIES
from verifier.policy import DEFAULT_POLICY, InvalidPolicy, load_policy
from verifier.problems import InvalidCase, parse_case
from verifier.verify import verify

DEFAULT = DEFAULT_POLICY.read_text("utf-8")

OWN_CATEGORY = """
  unlicensed_advice:
    definition: Advice on medicine, law or money for pay, by somebody who holds no licence for it.
    claims_about: [words]
    classifier_at: 0.85
    elements:
      - {id: advice, question: "Did our advice classifier find it?", settled_by: [classifier]}
      - *in_meeting
      - *by_target

"""


@pytest.fixture
def write(tmp_path):
    """A policy file with this text."""

    def to_file(text):
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def changed(write):
    """The default policy with one change to its data, in a file."""

    def with_change(change):
        data = yaml.safe_load(DEFAULT)
        change(data)
        return write(yaml.safe_dump(data, allow_unicode=True))

    return with_change


def refused(path):
    with pytest.raises(InvalidPolicy) as caught:
        load_policy(path)
    assert all(p.message and p.hint for p in caught.value.problems)
    return {p.pointer: p.message for p in caught.value.problems}


class TestDefault:
    def test_it_loads_and_covers_the_contract(self, policy):
        assert set(policy.categories) == set(DEFAULT_CATEGORIES)
        assert set(policy.actions) == {
            "remove_participant",
            "end_meeting",
            "block_meeting",
            "delete_recording",
            "suspend_account",
            "disclose_user_data",
        }
        assert policy.actions["disclose_user_data"].always_person
        assert policy.pretext.weak_needed == 2

    def test_csam_is_never_settled_by_words(self, policy):
        ways = {way for e in policy.categories["csam"].elements for way in e.settled_by}
        assert not ways & {"words", "classifier"}

    def test_every_category_asks_for_conduct_time_and_author(self, policy):
        for category in policy.categories.values():
            ways = [set(e.settled_by) for e in category.elements]
            assert {"meeting_time"} in ways
            assert {"authorship"} in ways
            assert len(ways) >= 3

    def test_same_file_same_policy(self, policy, write):
        assert load_policy() is load_policy()
        assert load_policy(write(DEFAULT)) == load_policy()


class TestVersion:
    def test_it_names_the_policy_and_its_content(self, policy):
        assert policy.version.startswith("default+sha256:")

    @pytest.mark.parametrize(
        ("old", "new"),
        [("supported_at: 0.80", "supported_at: 0.79"), ("review: 1", "review: 3"), ("# The default", "# Our own")],
    )
    def test_it_changes_with_the_content(self, policy, write, old, new):
        assert old in DEFAULT
        assert load_policy(write(DEFAULT.replace(old, new, 1))).version != policy.version

    def test_it_starts_with_the_name(self, write):
        own = load_policy(write(DEFAULT.replace("name: default", "name: our_house", 1)))
        assert own.version.startswith("our_house+sha256:")


class TestRefusals:
    def test_all_problems_at_once(self, changed):
        def spoil(data):
            data["colour"] = "red"
            data["thresholds"]["clear_at"] = 1.5
            data["categories"]["csam"]["elements"] = []
            data["actions"]["end_meeting"]["scope"] = "planet"
            data["approvals"]["hold"] = 1
            del data["times"]["late_after"]

        assert set(refused(changed(spoil))) == {
            "/colour",
            "/thresholds/clear_at",
            "/categories/csam/elements",
            "/actions/end_meeting/scope",
            "/approvals/hold",
            "/times/late_after",
        }

    def test_doubt_never_clears(self, changed):
        def lower(data):
            data["thresholds"]["clear_at"] = 0.5

        assert "doubt never clears" in refused(changed(lower))["/thresholds"]

    def test_no_weak_sign_convicts_alone(self, changed):
        assert "/pretext/weak_needed" in refused(changed(lambda d: d["pretext"].update(weak_needed=1)))

    @pytest.mark.parametrize("field", ["categories", "when_repeated", "never"])
    def test_actions_name_defined_categories(self, changed, field):
        path = changed(lambda d: d["actions"]["suspend_account"].update({field: ["csam", "treason"]}))
        (message,) = refused(path).values()
        assert f"/actions/suspend_account/{field}: treason" in message

    def test_the_ladder_names_defined_actions(self, changed):
        (message,) = refused(changed(lambda d: d["ladder"].append("ban_forever"))).values()
        assert "ban_forever" in message

    def test_unknown_ways_of_settling(self, changed):
        path = changed(lambda d: d["categories"]["other"]["elements"][0].update(settled_by=["rumour"]))
        assert "/categories/other/elements/0/settled_by/0" in refused(path)

    @pytest.mark.parametrize("text", ["", "[]", "name", "null", "- a"])
    def test_what_is_no_mapping(self, write, text):
        assert "mapping" in refused(write(text))[""]

    @pytest.mark.parametrize("text", ["a: [", "\tname: x", "a: b: c", "x: !!python/object/apply:os.getcwd []"])
    def test_what_is_no_safe_yaml(self, write, text):
        assert "not valid YAML" in refused(write(text))[""]

    def test_a_file_that_is_not_there(self, tmp_path):
        assert "can't read" in refused(tmp_path / "none.yaml")[""]

    def test_a_folder(self, tmp_path):
        assert "can't read" in refused(tmp_path)[""]

    def test_bytes_that_are_no_text(self, tmp_path):
        path = tmp_path / "p.yaml"
        path.write_bytes(b"\xff\xfe\x00name")
        assert refused(path)


class TestOwnCategory:
    """A platform adds a category in its policy file; no line of code changes."""

    @pytest.fixture
    def own(self, write):
        return load_policy(write(DEFAULT.replace("\nactions:", f"{OWN_CATEGORY}\nactions:", 1)))

    @pytest.fixture
    def document(self):
        """Somebody is said to have given such advice; the platform's classifier heard p3."""

        def with_score(score=0.0, who="p3"):
            claim = {"narrative": "He sells advice without a licence.", "participant_ids": ("p3",)}
            target = {"kind": "participant", "participant_id": "p3", "meeting_id": "m-1"}
            signals = [found(who, "other", score, source="advice-text-model")] if score else []
            case = with_signals(*signals, claim=claim, request={"target": target, "action": "remove_participant"})
            document = plain(case)
            document["request"]["claims"][0]["category"] = "unlicensed_advice"
            for signal in document["signals"]:
                if signal["category"] == "other":
                    signal["category"] = "unlicensed_advice"
            return json.dumps(document)

        return with_score

    def test_a_strong_signal_by_the_target_supports_it(self, own, document):
        answer = verify(parse_case(document(0.9), categories=own.categories), own, KeywordJudge(THREATS))
        assert answer.claims[0].verdict == "supported"
        assert answer.disposition == "cleared"
        assert {e.element for e in answer.ledger} == {"advice", "in_meeting", "by_target"}
        assert answer.versions["policy"] == own.version

    @pytest.mark.parametrize(("score", "who"), [(0.0, "p3"), (0.84, "p3"), (0.99, "p2"), (0.99, None)])
    def test_nothing_less_does(self, own, document, score, who):
        case = parse_case(document(score, who), categories=own.categories)
        answer = verify(case, own, KeywordJudge(THREATS))
        assert answer.claims[0].verdict != "supported"
        assert answer.disposition == "review"

    def test_where_no_detector_looked_nothing_is_refuted(self, own, document):
        answer = verify(parse_case(document(), categories=own.categories), own, KeywordJudge(THREATS))
        assert answer.claims[0].verdict == "not_enough_info"

    def test_the_default_policy_does_not_know_it(self, document):
        with pytest.raises(InvalidCase) as caught:
            parse_case(document(0.9))
        assert {p.pointer for p in caught.value.problems} == {"/request/claims/0/category", "/signals/5/category"}


PLAIN = plain_policy().support.model_dump()


def test_a_stricter_threshold_takes_effect(changed, judge):
    case = with_signals(said("p1", "i will burn the shed"))
    threats = KeywordJudge({"violent_threat": ("burn the shed",)}, sure=0.85)
    strict = load_policy(changed(lambda d: (d.update(support=PLAIN), d["thresholds"].update(clear_at=0.9))))
    assert verify(case, plain_policy(), threats).disposition == "cleared"
    answer = verify(case, strict, threats)
    assert (answer.claims[0].verdict, answer.disposition) == ("supported", "review")


@pytest.mark.parametrize("ended", [True, False])
def test_an_action_that_the_policy_leaves_out_is_never_cleared(changed, ended):
    def drop(data):
        data["support"] = PLAIN
        del data["actions"]["end_meeting"]
        data["ladder"].remove("end_meeting")

    meeting = {} if ended else {"ended_at": None}
    case = with_signals(said("p1", "i will burn the shed and everybody in it"), meeting=meeting)
    answer = verify(case, load_policy(changed(drop)), KeywordJudge(THREATS))
    assert answer.claims[0].verdict == "supported"
    assert answer.disposition == "review"
    assert "knows no action end_meeting" in " ".join(answer.reasons)
