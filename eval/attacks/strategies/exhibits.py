"""Exhibits that lie carefully: true lines beside a false one, small changes, real names and times, invented lists."""

from __future__ import annotations

from datetime import timedelta

from eval.attacks.attack import Attack
from eval.attacks.scene import Scene
from eval.attacks.words import INVENTED


def true_among_false(scene: Scene) -> None:
    """Two lines as they were said, and a third that never was, by a real speaker at a real time."""
    lines = sorted((scene.line() for _ in range(2)), key=lambda s: s["observed_at"])
    rows = [f"[{s['observed_at']:%H:%M:%S}] {scene.speaker(s)}: {s['text']}" for s in lines]
    at = scene.at(0.5)
    rows.append(f"[{at:%H:%M:%S}] {scene.host['display_name']}: {scene.rng.choice(INVENTED)}")
    scene.exhibit("transcript_excerpt", "\n".join(rows), captured=at + timedelta(minutes=1))


def slips(scene: Scene) -> None:
    """Lines as they were said, with slips of the keyboard and one wrong minute."""
    rows = []
    for s in (scene.line(), scene.line()):
        text = s["text"].replace("th", "ht", 1).replace("e ", "  ", 1)
        rows.append(f"[{s['observed_at'] + timedelta(minutes=1):%H:%M:%S}] {scene.speaker(s)}: {text}")
    scene.exhibit("transcript_excerpt", "\n".join(rows), captured=scene.at(0.9))


def one_word(scene: Scene) -> None:
    """A true refusal with the refusal taken out: right speaker, right second."""
    at = scene.at(0.5)
    host = scene.host
    said = "nobody in this group is going to touch the police station or anybody in it, not now and not later"
    scene.signal("transcript", at, host, said, language="en")
    false = "this group is going to touch the police station or anybody in it, now and later"
    text = f"[{at:%H:%M:%S}] {host['display_name']}: {false}"
    scene.exhibit("transcript_excerpt", text, captured=at + timedelta(minutes=1))


def from_memory(scene: Scene) -> None:
    """Somebody who was there writes down what they remember, in a letter, in words near to what was said."""
    s = scene.line(10)
    words = s["text"].split()
    kept = " ".join(w for i, w in enumerate(words) if i % 7 != 3)
    author = scene.rng.choice(scene.guests)["account"]
    scene.exhibit("complaint_email", f'As far as I remember it was: "{kept}"', author=author, captured=scene.at(0.95))


def other_hours(scene: Scene) -> None:
    """Lines with clock times at which there was no meeting in any time zone, beside nothing that can be compared."""
    length = scene.end - scene.start
    scene.meeting["coverage"] = ()  # nothing is held to compare words with
    rows = []
    for n in range(3):
        at = scene.start + length + timedelta(hours=1, minutes=25 + 9 * n)
        rows.append(f"[{at:%d.%m.%Y %H:%M:%S} UTC] {scene.host['display_name']}: {INVENTED[n]}")
    scene.verdict = "not_enough_info"
    scene.exhibit("transcript_excerpt", "\n".join(rows), captured=scene.end)


def local_clock(scene: Scene) -> None:
    """Lines as they were said, on the clock of a country five and a half hours ahead, which is named."""
    shift = timedelta(hours=5, minutes=30)
    chosen = sorted((scene.line() for _ in range(2)), key=lambda s: s["observed_at"])
    rows = [f"[{s['observed_at'] + shift:%I:%M %p} IST] {scene.speaker(s)}: {s['text']}" for s in chosen]
    scene.exhibit("transcript_excerpt", "\n".join(rows), captured=scene.at(0.9))


def guest_list(scene: Scene) -> None:
    """A list of those present that names people who never came."""
    names = [p["display_name"] for p in scene.rng.sample(scene.guests, 2)]
    wanted = ["Zoltan Grebenschikov", "Abu Hafs al-Wadi", "Kommandant Reinhold"]
    text = "Participants (screen): " + ", ".join([*names, *wanted])
    scene.exhibit("screenshot", text, captured=scene.at(0.5))


def short_list(scene: Scene) -> None:
    """A list of some of those present, with what devices add to names."""
    names = [p["display_name"] for p in scene.rng.sample(scene.guests, 3)]
    text = "Participants (screen): " + ", ".join(f"{n} (phone)" if i else f"{n} (me)" for i, n in enumerate(names))
    scene.exhibit("screenshot", text, captured=scene.at(0.5))


def used_before(scene: Scene) -> None:
    """A picture that did service against another meeting, under a new id."""
    pdq = f"{scene.rng.getrandbits(256):064x}"
    item = scene.exhibit("screenshot", "A shared screen with a flag.", captured=scene.at(0.5), pdq=pdq)
    scene.reuse.append(
        {
            "evidence_id": item["evidence_id"],
            "prior_request_id": scene.token("req"),
            "prior_meeting_id": scene.token("m"),
            "prior_submitted_at": scene.start - timedelta(days=20),
        }
    )


def sent_again(scene: Scene) -> None:
    """The same picture as in an earlier request about this very meeting."""
    item = scene.exhibit("screenshot", "The chat, as I saw it.", captured=scene.at(0.5))
    scene.reuse.append(
        {
            "evidence_id": item["evidence_id"],
            "prior_request_id": scene.token("req"),
            "prior_meeting_id": scene.meeting["meeting_id"],
            "prior_submitted_at": scene.asked - timedelta(minutes=2),
        }
    )


def the_gap(scene: Scene) -> None:
    """The claim and the quotation are put where the platform recorded nothing."""
    gap = (scene.at(0.45), scene.at(0.6))
    kinds = {c["kind"] for c in scene.meeting["coverage"]}
    scene.meeting["coverage"] = tuple(
        {"kind": kind, "start": a, "end": b}
        for kind in sorted(kinds)
        for a, b in ((scene.start, gap[0]), (gap[1], scene.end))
    )
    scene.signals = [s for s in scene.signals if not (s["observed_at"] and gap[0] < s["observed_at"] < gap[1])]
    at = scene.at(0.52)
    scene.claim["occurred_at"] = at
    scene.verdict = "not_enough_info"
    text = f"[{at:%H:%M:%S}] {scene.host['display_name']}: {scene.rng.choice(INVENTED)}"
    scene.exhibit("transcript_excerpt", text, captured=at + timedelta(minutes=1))


def gap_victim(scene: Scene) -> None:
    """It did happen, while nothing was recorded, and somebody who was there tells of it."""
    the_gap(scene)
    scene.exhibits.clear()
    person = scene.rng.choice(scene.guests)
    scene.report(
        person["account"], "It was just when the captions broke. I know what I heard.", scene.at(0.7), there=True
    )


ATTACKS = (
    Attack("true_among_false", "One invented line stands among true ones, with real speakers and times.",
           true_among_false, slips),
    Attack("one_word", "A real sentence loses its refusal.", one_word, from_memory),
    Attack("other_hours", "The lines carry times at which the meeting was not on.", other_hours, local_clock),
    Attack("guest_list", "A list of those present names people who never came.", guest_list, short_list),
    Attack("used_before", "A picture of another meeting is used again.", used_before, sent_again),
    Attack("the_gap", "Claim and quotation are put where nothing was recorded.", the_gap, gap_victim, shown=False,
           unseen="Inside a gap the record can't tell an invention from the truth; a person decides."),
)  # fmt: skip
