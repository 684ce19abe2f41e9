"""Content that is really there, but brought by the people who complain."""

from __future__ import annotations

from datetime import timedelta

from eval.attacks.attack import Attack
from eval.attacks.scene import Scene
from eval.attacks.words import OWN_WORDS


def _of_the_meeting(scene: Scene) -> None:
    scene.verdict = "not_enough_info"
    scene.claim["narrative"] = "People in the meeting showed it to everybody."
    scene.claim["category"] = "csam"


def invited_planter(scene: Scene) -> None:
    """A guest of long standing, invited and on time, shows it; who reports it uses the same device."""
    _of_the_meeting(scene)
    account = scene.account()
    planter = scene.join(account, "Robin", invited=True)
    scene.shows(planter, scene.at(0.5))
    other = scene.account(device_id=account["device_id"])
    scene.report(other, OWN_WORDS[1], scene.at(0.55), there=False)


def invited_lout(scene: Scene) -> None:
    """A guest of long standing shows it, and others who have nothing to do with them report it."""
    _of_the_meeting(scene)
    lout = scene.join(scene.account(), "Robin", invited=True)
    scene.shows(lout, scene.at(0.5))
    for n, person in enumerate(scene.rng.sample(scene.guests, 2)):
        scene.report(person["account"], OWN_WORDS[n + 3], scene.at(0.55) + timedelta(minutes=n), there=True)


def hired_strangers(scene: Scene) -> None:
    """Two strangers come late, show it and go; a third who came and went with them reports it."""
    _of_the_meeting(scene)
    comes, goes = scene.at(0.5), scene.at(0.5) + timedelta(minutes=3)
    for n in range(2):
        person = scene.join(
            scene.account(days=0.3), f"x{n}", joined=comes + timedelta(seconds=6 * n), left=goes + timedelta(seconds=n)
        )
        scene.shows(person, comes + timedelta(seconds=50 + n))
    third = scene.account(days=0.3)
    scene.join(third, "x3", joined=comes + timedelta(seconds=9), left=goes + timedelta(seconds=4))
    scene.report(third, OWN_WORDS[4], goes + timedelta(seconds=40), there=True)


def rude_strangers(scene: Scene) -> None:
    """Two strangers come late, show it and go; people of the meeting report them."""
    _of_the_meeting(scene)
    comes = scene.at(0.5)
    for n in range(2):
        person = scene.join(
            scene.account(days=0.3), f"x{n}", joined=comes + timedelta(seconds=6 * n), left=comes + timedelta(minutes=3)
        )
        scene.shows(person, comes + timedelta(seconds=50 + n))
    scene.signal("host_action", comes + timedelta(minutes=2), scene.host, "Removed a participant.", event="removed")
    for n, person in enumerate(scene.rng.sample(scene.guests, 2)):
        scene.report(person["account"], OWN_WORDS[n + 5], comes + timedelta(minutes=4 + n), there=True)


def false_host(scene: Scene) -> None:
    """Somebody takes the host's name in look-alike letters, shows it, reports the host and goes."""
    account = scene.account(days=0.5)
    name = scene.host["display_name"].translate(str.maketrans("aeopc", "аеорс")) + " "
    person = scene.join(account, name, joined=scene.at(0.48), left=scene.at(0.55))
    scene.claim["category"] = "csam"
    scene.claim["narrative"] = f"The host {scene.host['display_name']} showed it to everybody."
    scene.claim["participant_ids"] = (scene.host["participant_id"],)
    scene.verdict = "not_enough_info"
    scene.shows(person, scene.at(0.5))
    scene.claim["occurred_at"] = scene.at(0.5)
    scene.report(account, OWN_WORDS[2], scene.at(0.53), there=True)


def namesake(scene: Scene) -> None:
    """Somebody of long standing who bears the host's first name complains in good faith about the host."""
    account = scene.account()
    scene.join(account, scene.host["display_name"] + " V.", joined=scene.at(0.0))
    scene.report(account, OWN_WORDS[5], scene.at(0.7), there=True)


ATTACKS = (
    Attack("invited_planter", "An invited guest shows it, and their other account reports it.",
           invited_planter, invited_lout),
    Attack("hired_strangers", "Strangers show it and go; who came and went with them reports it.",
           hired_strangers, rude_strangers),
    Attack("false_host", "An intruder under the host's name shows it and reports the host.", false_host, namesake),
)  # fmt: skip
