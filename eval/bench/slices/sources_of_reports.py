"""Who complains and who intrudes: coordination and its innocent look-alikes, strangers planted or merely rude."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from eval.bench.draft import Draft
from eval.bench.finish import finish
from eval.bench.kit import Kit
from eval.bench.people import Person
from eval.bench.slices.honest_errors import cover_shown
from eval.bench.slices.true_abuse import attach, proportionate
from verifier.case import LabelledCase


def vary(text: str, rng: Random) -> str:
    """The same text with the small changes that copiers make."""
    for old, new in rng.sample(
        [
            (".", "!"),
            (",", " "),
            ("。", "!"),
            (" at once", " now"),
            (" my own", " my"),
            ("immediately", "today"),
        ],
        3,
    ):
        text = text.replace(old, new, 1)
    return text


def coordinated_reports(draft: Draft, kind: str) -> None:
    """Fresh accounts, on one network or with one text, or absent people who say that they saw it."""
    rng, stage = draft.rng, draft.stage
    words = draft.kit.phrases[stage.language]
    base = rng.choice(words["copied"]).format(cat=words["category"][draft.category])
    network, device = stage.token("n"), stage.token("d")
    for _ in range(rng.randint(3, 6)):
        at = draft.asked_at - timedelta(seconds=rng.randint(10, 900))
        account = stage.account(fresh_at=at, network=network if kind in ("network", "both") else None)
        if kind in ("network", "both") and rng.random() < 0.5:
            account["device_id"] = device
        if kind == "absent":
            account = stage.account()
        text = vary(base, rng) if kind in ("wording", "both") else None
        draft.report(account, there=False, text=text, at=at)


def coordinated(kit: Kit, case_id: str) -> LabelledCase:
    """Coordinated reports carry a claim that the record refutes or cannot show."""
    draft = kit.begin(category="csam" if kit.rng.random() < 0.12 else None)
    draft.said = draft.contrast(2)
    kind = kit.rng.choice(("network", "wording", "both", "both", "absent"))
    known = kit.rng.random() < 0.75
    draft.covered = known
    draft.claim("refuted" if known else "not_enough_info", quote=draft.said[0].text if draft.said else None)
    coordinated_reports(draft, kind)
    if known:
        cover_shown(draft)
    if kit.rng.random() < 0.4:
        draft.exhibit(draft.said[0].text if draft.said and kit.rng.random() < 0.3 else None)
    return finish(draft, case_id, ["coordinated_reports", f"coordination:{kind}"], pretextual=True)


def coordinated_but_true(kit: Kit, case_id: str) -> LabelledCase:
    """The same reports about something that the platform itself observed: the claim stands."""
    draft = kit.begin()
    done = draft.violate([draft.actor])
    draft.claim("supported", quote=done[0].text)
    coordinated_reports(draft, kit.rng.choice(("network", "wording", "both", "absent")))
    return finish(
        draft,
        case_id,
        ["real_violation", "coordinated_but_true"],
        proportionate=proportionate(draft, len(done)),
    )


def genuine_burst(kit: Kit, case_id: str) -> LabelledCase:
    """Many who were there complain, each in their own words, of something that happened or that they misread."""
    draft = kit.begin()
    true = kit.rng.random() < 0.6
    done = (
        draft.violate([draft.actor])
        if true
        else draft.contrast(3, by=draft.actor, stances=("mention", "counter_speech"))
    )
    draft.said = done
    draft.claim("supported" if true else "refuted")
    draft.honest_reports(kit.rng.randint(4, 7))
    if not true:
        cover_shown(draft)
    name = ["genuine_reports", "mass_reports"]
    return finish(
        draft,
        case_id,
        [*name, *(["real_violation"] if true else ["honest_mistake"])],
        proportionate=proportionate(draft, len(done)),
    )


def household(kit: Kit, case_id: str) -> LabelledCase:
    """A family, office or hostel on one network, all present, on old accounts, in their own words."""
    draft = kit.begin()
    people = kit.rng.sample(draft.stage.others(draft.actor), 3)
    network = draft.stage.token("n")
    for person in people:
        if person.account:
            person.account["network_id"] = network
    true = kit.rng.random() < 0.5
    done = (
        draft.violate([draft.actor])
        if true
        else draft.contrast(3, by=draft.actor, stances=("mention", "counter_speech"))
    )
    draft.said = done
    draft.claim("supported" if true else "refuted")
    for person in people:
        draft.report(person.account, there=True)
    if not true:
        cover_shown(draft)
    return finish(
        draft,
        case_id,
        ["household", *(["real_violation"] if true else ["honest_mistake"])],
        proportionate=proportionate(draft, len(done)),
    )


def _intrusion(draft: Draft, network: str | None) -> list[Person]:
    rng, stage = draft.rng, draft.stage
    at = stage.moment(0.4, 0.7)
    people = [
        stage.stranger(at + timedelta(seconds=3 * i), network=network, guest=rng.random() < 0.3)
        for i in range(rng.randint(1, 3))
    ]
    done = draft.violate(people, rng.randint(2, 3), at=at + timedelta(seconds=20), apart=12)
    after = done[-1].at + timedelta(seconds=9)
    stage.say(stage.host, rng.choice(draft.kit.phrases[stage.language]["shock"]), after)
    if rng.random() < 0.6:
        stage.event(
            "host_action",
            after + timedelta(seconds=20),
            stage.host,
            "Waiting room enabled.",
            {"event": "waiting_room_on"},
        )
    return people


def planted(kit: Kit, case_id: str) -> LabelledCase:
    """Strangers join, do it, report it and leave, and share a network with the reporters or the requester."""
    draft = kit.begin(scope="host")
    network = draft.stage.token("n")
    people = _intrusion(draft, network)
    blames_host = kit.rng.random() < 0.3
    draft.claim(
        "refuted" if blames_host else "not_enough_info",
        draft.actor if blames_host else kit.rng.choice(("strangers", "people", people[0])),
    )
    if kit.rng.random() < 0.7:
        draft.report(people[0].account, there=True)
        draft.report(draft.stage.account(fresh_at=draft.asked_at, network=network), there=False)
    else:
        draft.network = network
    if kit.rng.random() < 0.5:
        draft.exhibit(draft.said[0].text, author=people[0].account)
    if blames_host:
        cover_shown(draft)
    return finish(draft, case_id, ["planted_content", "attribution", "strangers"], pretextual=True)


def strangers_unlinked(kit: Kit, case_id: str) -> LabelledCase:
    """Rude strangers whom nothing ties to anybody: not the meeting's doing, and no sign of bad faith."""
    draft = kit.begin(scope="host")
    people = _intrusion(draft, None)
    draft.claim("not_enough_info", kit.rng.choice(("strangers", "people", people[0])))
    draft.honest_reports(kit.rng.randint(0, 3))
    draft.noise = False
    return finish(draft, case_id, ["strangers", "attribution", "wrong_subject"])


def remove_stranger(kit: Kit, case_id: str) -> LabelledCase:
    """The intruder alone is to go: supported, whoever planted them."""
    draft = kit.begin(scope="participant", action="remove_participant")
    draft.stage.ongoing = True
    draft.actor = _intrusion(draft, draft.stage.token("n") if kit.rng.random() < 0.5 else None)[0]
    draft.actor.left = None
    draft.stage.signals = [
        s
        for s in draft.stage.signals
        if not (s["details"].get("event") == "leave" and s["participant_id"] == draft.actor.pid)
    ]
    draft.said = [s for s in draft.said if s.person is draft.actor]
    draft.claim("supported", kit.rng.choice(("strangers", draft.actor)))
    attach(draft)
    return finish(draft, case_id, ["real_violation", "remove_intruder", "strangers"])


def tied_source(kit: Kit, case_id: str) -> LabelledCase:
    """The requester shares a network with those who pass as independent."""
    draft = kit.begin()
    draft.network = draft.stage.token("n")
    true = kit.rng.random() < 0.2
    done = (
        draft.violate([draft.actor])
        if true
        else draft.contrast(2, by=draft.actor, stances=("mention", "counter_speech"))
    )
    draft.said = done
    draft.claim("supported" if true else "refuted")
    if kit.rng.random() < 0.6:
        for _ in range(kit.rng.randint(1, 2)):
            draft.report(draft.stage.account(network=draft.network), there=False)
    else:
        draft.exhibit(None, author=draft.stage.account(network=draft.network), kind="complaint_email")
    if not true:
        cover_shown(draft)
    return finish(
        draft,
        case_id,
        ["tied_source", *(["real_violation"] if true else [])],
        pretextual=True,
        proportionate=proportionate(draft, len(done)),
    )


def own_report(kit: Kit, case_id: str) -> LabelledCase:
    """The requester was there and reports openly what they misread: no tie."""
    draft = kit.begin()
    person = kit.rng.choice(draft.stage.others(draft.actor))
    draft.requester_account = person.account
    said = draft.contrast(3, by=draft.actor, stances=("mention", "counter_speech"))
    draft.said = said
    draft.claim("refuted")
    draft.report(person.account, there=True)
    if kit.rng.random() < 0.5:
        draft.exhibit(said[0].text if said else None, author=person.account)
    cover_shown(draft)
    draft.noise = False
    return finish(draft, case_id, ["own_report", "honest_mistake"])


WRITERS = (
    (7.0, "coordinated", coordinated),
    (3.0, "coordinated_but_true", coordinated_but_true),
    (4.0, "genuine_burst", genuine_burst),
    (2.0, "household", household),
    (5.0, "planted", planted),
    (2.5, "strangers_unlinked", strangers_unlinked),
    (2.0, "remove_stranger", remove_stranger),
    (3.5, "tied_source", tied_source),
    (1.5, "own_report", own_report),
)
