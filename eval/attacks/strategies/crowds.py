"""Hiding in numbers: floods of reports, borrowed networks, one picture passed round."""

from __future__ import annotations

from datetime import timedelta

from eval.attacks.attack import Attack
from eval.attacks.scene import Scene
from eval.attacks.words import COMPLAINT, OWN_WORDS, PARAPHRASES

MANY = 500


def flood(scene: Scene) -> None:
    """Five hundred complaints: most are noise from old accounts on networks of their own, none of whom ever joined."""
    for n in range(MANY):
        noise = f"{scene.rng.choice(OWN_WORDS)} {scene.rng.getrandbits(24):x}"
        text = noise if n % 5 else (COMPLAINT, *PARAPHRASES)[n % 3]
        days = None if n % 5 else 0.5
        scene.report(scene.account(days=days), text, scene.at(0.4) + timedelta(seconds=2 * n), there=False)


def big_webinar(scene: Scene) -> None:
    """A big meeting where many who were there complain, each in their own words."""
    for n in range(120):
        account = scene.account()
        scene.join(account, f"Listener {n}", joined=scene.start + timedelta(seconds=n))
        if n < 60:
            text = f"{scene.rng.choice(OWN_WORDS)} {scene.rng.getrandbits(24):x}"
            scene.report(account, text, scene.at(0.4) + timedelta(seconds=11 * n), there=True)


def campus_mimicry(scene: Scene) -> None:
    """Quiet accounts make a network look like a campus; the complainants on it are new and never joined."""
    network = scene.token("n")
    for n in range(8):
        scene.join(scene.account(network_id=network), f"Student {n}")
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 3)):
        account = scene.account(days=0.5, network_id=network)
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=2 * n), there=False)


def campus(scene: Scene) -> None:
    """A campus: ten were there on one network, three complain, and the faculty's safety desk on it passes it on."""
    network = scene.token("n")
    texts = scene.rng.sample(OWN_WORDS, 3)
    for n in range(10):
        account = scene.account(network_id=network, email_domain="college.example")
        scene.join(account, f"Student {n}")
        if n < 3:
            scene.report(account, texts[n], scene.at(0.5) + timedelta(minutes=6 * n), there=True)
    desk = scene.account(network_id=network, email_domain="college.example")
    scene.request["requester"] = {"actor_id": scene.token("u"), "role": "trusted_flagger", "account": desk}


def passed_round(scene: Scene) -> None:
    """One doctored picture, cropped a little differently each time, hangs on the complaints of strangers."""
    picture = scene.rng.getrandbits(256)
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 3)):
        account = scene.account()
        cropped = picture ^ (1 << scene.rng.randrange(256)) ^ (1 << scene.rng.randrange(256))
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=3 * n), there=False, pdq=f"{cropped:064x}")


def own_screenshots(scene: Scene) -> None:
    """Attendees of long standing each took a picture of their own screen."""
    for n, person in enumerate(scene.rng.sample(scene.guests, 3)):
        pdq = f"{scene.rng.getrandbits(256):064x}"
        at = scene.at(0.6) + timedelta(minutes=3 * n)
        scene.report(person["account"], OWN_WORDS[n], at, there=True, pdq=pdq)


def own_domain(scene: Scene) -> None:
    """The requester's people complain as if they were strangers: new accounts of the requester's own mail domain."""
    domain = "northgate-holding.example"
    mine = scene.account(email_domain=domain)
    party = {"kind": "company", "name": "Northgate Holding"}
    scene.request["requester"] = {
        "actor_id": scene.token("u"), "role": "trusted_flagger", "account": mine, "on_behalf_of": party,
    }  # fmt: skip
    for n, text in enumerate(scene.rng.sample(OWN_WORDS, 2)):
        account = scene.account(days=0.6, email_domain=domain)
        scene.join(account, f"visitor{n}", joined=scene.at(0.5) + timedelta(minutes=n))
        scene.report(account, text, scene.at(0.6) + timedelta(minutes=2 * n), there=True)


def own_staff(scene: Scene) -> None:
    """A firm complains openly about its own all-hands: everybody there has its mail domain."""
    domain = "northgate-holding.example"
    for person in scene.people:
        if person["account"] is not None:
            person["account"] = person["account"] | {"email_domain": domain}
    scene.meeting["host_account"] = scene.host["account"]
    mine = scene.account(email_domain=domain)
    party = {"kind": "company", "name": "Northgate Holding"}
    scene.request["requester"] = {
        "actor_id": scene.token("u"), "role": "trusted_flagger", "account": mine, "on_behalf_of": party,
    }  # fmt: skip
    for n, person in enumerate(scene.rng.sample(scene.guests, 2)):
        scene.report(person["account"], OWN_WORDS[n], scene.at(0.7) + timedelta(minutes=5 * n), there=True)


ATTACKS = (
    Attack("flood", "Five hundred reports bury the record under noise.", flood, big_webinar),
    Attack("campus_mimicry", "Quiet accounts make the complainants' network look like a campus.",
           campus_mimicry, campus),
    Attack("passed_round", "One doctored picture hangs on the reports of seeming strangers.",
           passed_round, own_screenshots),
    Attack("own_domain", "New accounts of the requester's own mail domain pass as strangers.",
           own_domain, own_staff),
)  # fmt: skip
