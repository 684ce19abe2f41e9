"""Complaints from one hand that try not to look it: aged, spread out, reworded, translated, disguised, slow."""

from __future__ import annotations

from datetime import timedelta

from eval.attacks.attack import Attack
from eval.attacks.scene import Scene
from eval.attacks.words import COMPLAINT, LOOK_ALIKES, OWN_TONGUES, OWN_WORDS, PARAPHRASES, TRANSLATIONS

FRESH = 0.4
"""Days: made within the day before the request."""


def aged_accounts(scene: Scene) -> None:
    """Accounts bought years ago, on networks of their own, all used from one device."""
    device = scene.token("d")
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 4)):
        account = scene.account(device_id=device)
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=3 * n), there=False)


def family_tablet(scene: Scene) -> None:
    """Two of a family who were there complain from one tablet, in their own words, on accounts of years."""
    device, network = scene.token("d"), scene.token("n")
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 2)):
        account = scene.account(device_id=device, network_id=network)
        scene.join(account, f"Family {n}", joined=scene.at(0.0) + timedelta(minutes=1 + 4 * n))
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=9 * n), there=True)


def rotated_networks(scene: Scene) -> None:
    """Accounts of today, each on a network and device of its own, who tell of a meeting that they never joined."""
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 4)):
        scene.report(scene.account(days=FRESH), text, scene.at(0.55) + timedelta(minutes=2 * n), there=False)


def new_victims(scene: Scene) -> None:
    """People who made an account to come, were invited, stayed, and complain each in their own words."""
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 4)):
        account = scene.account(days=scene.rng.uniform(0.5, 9))
        joined = scene.start + timedelta(seconds=20 + 47 * n)
        scene.join(account, f"New {n}", joined=joined, invited=True)
        scene.report(account, text, scene.at(0.5) + timedelta(minutes=4 * n), there=True)


def one_batch(scene: Scene) -> None:
    """Accounts made in one hour long ago, that come together, leave together and complain, each on its own network."""
    made = scene.asked - timedelta(days=scene.rng.uniform(300, 900))
    comes, goes = scene.at(0.4), scene.at(0.5)
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 4)):
        account = scene.account(created_at=made + timedelta(minutes=7 * n))
        scene.join(account, f"Viewer{n}", joined=comes + timedelta(seconds=5 * n), left=goes + timedelta(seconds=4 * n))
        scene.report(account, text, goes + timedelta(minutes=1 + n), there=True)


def school_enrolment(scene: Scene) -> None:
    """A class whose accounts the school made in one hour: most are there and quiet, two complain."""
    made = scene.asked - timedelta(days=200)
    texts = scene.rng.sample(OWN_WORDS, 2)
    for n in range(9):
        account = scene.account(created_at=made + timedelta(minutes=3 * n), email_domain="lyceum.example")
        scene.join(account, f"Pupil {n}", joined=scene.start + timedelta(seconds=9 * n))
        if n < 2:
            scene.report(account, texts[n], scene.at(0.6) + timedelta(minutes=8 * n), there=True)


def paraphrased(scene: Scene) -> None:
    """New accounts that came late and uninvited complain in one wording, said again in other ways."""
    for n, text in enumerate((COMPLAINT, *PARAPHRASES)[:4]):
        account = scene.account(days=FRESH)
        scene.join(account, f"user{n}", joined=scene.at(0.45) + timedelta(minutes=2 * n))
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=2 * n), there=True)


def same_evening(scene: Scene) -> None:
    """Attendees of long standing tell of the same moment, in words that are alike because the moment is the same."""
    texts = ("the host shouted at us near the end", "Host shouted near the end, at everybody", "he shouted at the end!")
    for n, (person, text) in enumerate(zip(scene.rng.sample(scene.guests, 3), texts, strict=True)):
        scene.report(person["account"], text, scene.at(0.8) + timedelta(minutes=3 * n), there=True)


def translated(scene: Scene) -> None:
    """One complaint in five languages by accounts of today that came late, uninvited, and left again together."""
    for n, (language, text) in enumerate(scene.rng.sample(sorted(TRANSLATIONS.items()), 5)):
        account = scene.account(days=FRESH + n / 50)
        scene.join(account, f"guest{n}", joined=scene.at(0.45) + timedelta(seconds=20 * n), left=scene.at(0.55))
        scene.report(account, text, scene.at(0.56) + timedelta(minutes=n), there=True, language=language)


def many_tongues(scene: Scene) -> None:
    """Attendees of long standing complain each in their own language."""
    people = scene.rng.sample(scene.guests, 3)
    for n, (person, (language, text)) in enumerate(zip(people, sorted(OWN_TONGUES.items()), strict=False)):
        scene.report(person["account"], text, scene.at(0.7) + timedelta(minutes=5 * n), there=True, language=language)


def look_alike_letters(scene: Scene) -> None:
    """One complaint copied by accounts of today, with letters of other alphabets and marks that nobody sees."""
    disguises = (COMPLAINT, COMPLAINT.translate(LOOK_ALIKES), "\u200b".join(COMPLAINT), COMPLAINT.upper())
    for n, text in enumerate(disguises):
        account = scene.account(days=FRESH)
        scene.join(account, f"m{n}", joined=scene.at(0.4) + timedelta(minutes=n))
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=2 * n), there=True)


def stock_phrase(scene: Scene) -> None:
    """People of long standing who were there pick the same sentence from the form."""
    for n, person in enumerate(scene.rng.sample(scene.guests, 3)):
        text = "This meeting contains content that breaks the rules."
        scene.report(person["account"], text, scene.at(0.7) + timedelta(minutes=4 * n), there=True)


def slow_drip(scene: Scene) -> None:
    """One complaint a day after the meeting, always from an account made that day, on one network, reworded."""
    if scene.meeting["ended_at"] is None:
        scene.meeting["ended_at"] = scene.end
    network = scene.token("n")
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 4)):
        at = scene.end + timedelta(days=1 + n)
        account = scene.account(created_at=at - timedelta(hours=2), network_id=network)
        scene.asked = scene.request["submitted_at"] = at + timedelta(hours=3)
        scene.report(account, text, at, there=False)


def slow_neighbours(scene: Scene) -> None:
    """People of one house who were there write in over the following days."""
    if scene.meeting["ended_at"] is None:
        scene.meeting["ended_at"] = scene.end
    network = scene.token("n")
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 3)):
        at = scene.end + timedelta(days=1 + n)
        account = scene.account(network_id=network)
        scene.join(account, f"Flat {n}")
        scene.asked = scene.request["submitted_at"] = at + timedelta(hours=3)
        scene.report(account, text, at, there=True)


ATTACKS = (
    Attack("aged_accounts", "Old accounts on networks of their own complain from one device.",
           aged_accounts, family_tablet),
    Attack("rotated_networks", "New accounts, each on its own network, tell of a meeting they never joined.",
           rotated_networks, new_victims),
    Attack("one_batch", "Old accounts of one hour come and go together and complain in different words.",
           one_batch, school_enrolment),
    Attack("paraphrased", "One complaint is said again in other ways by new accounts.", paraphrased, same_evening),
    Attack("translated", "One complaint is translated for each new account.", translated, many_tongues),
    Attack("look_alike_letters", "One complaint is copied with look-alike letters and invisible marks.",
           look_alike_letters, stock_phrase),
    Attack("slow_drip", "One complaint a day, each from an account made that day.", slow_drip, slow_neighbours),
)  # fmt: skip
