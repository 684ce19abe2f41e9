"""What every slice draws from: chance, raw material, words; and how a case begins, the same for true and false ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from eval.bench.draft import Draft
from eval.bench.sources import Library
from eval.bench.stage import Stage, new_stage

HOST_ACTIONS = (
    "end_meeting",
    "end_meeting",
    "end_meeting",
    "suspend_account",
    "suspend_account",
    "delete_recording",
    "delete_recording",
    "block_meeting",
)


@dataclass(frozen=True)
class Kit:
    """What every slice draws from."""

    rng: Random
    library: Library
    phrases: dict[str, dict[str, Any]]
    max_turns: int = 300

    def begin(
        self,
        *,
        scope: str | None = None,
        category: str | None = None,
        alarming: bool | None = None,
        action: str | None = None,
    ) -> Draft:
        """Draw who is accused of what, and what is asked; then stage a meeting. Nothing has been done yet."""
        rng = self.rng
        known = self.library.categories()
        if scope not in (None, "participant"):
            known = [c for c in known if c != "self_harm"]
        category = category or rng.choice(known)
        scope = scope or rng.choices(("host", "participant", "account"), (0.62, 0.28, 0.10))[0]
        if category == "self_harm" and action is None:
            scope = "participant"
        if action is None:
            action = {"participant": "remove_participant", "account": "suspend_account"}.get(scope) or rng.choice(
                HOST_ACTIONS
            )
        ongoing = action in ("end_meeting", "block_meeting") or (action == "remove_participant" and rng.random() < 0.7)
        language = self._language(category, alarming)
        words = self.phrases[language]
        stage = new_stage(
            rng,
            language,
            rng.choice(words["titles"]),
            ongoing=ongoing,
            attendees=rng.randint(5, 12),
            minutes=rng.randint(20, 120),
        )
        talks = [t for t in self.library.talks if t.language == language]
        turns = min(self.max_turns, rng.choice((30, 40, 50, 60, 80, 100, 140, 200, 300)))
        if talks:
            stage.perform(self.library.talk(rng, language=language, alarming=alarming), turns, words["chatter"])
        else:
            self._small_talk(stage, language, turns)
        actor = stage.host if scope in ("host", "people") else rng.choice(stage.others())
        return Draft(self, stage, category, scope, action, actor, language if rng.random() < 0.7 else "en")

    def _language(self, category: str, alarming: bool | None) -> str:
        if alarming:
            return "en"
        here = {x.language for x in self.library.lines if x.blatant and x.category == category} & set(self.phrases)
        weight = {"en": 8.0, "zh": 3.0}
        options = sorted(here) or ["en"]
        return self.rng.choices(options, [weight.get(x, 1.3) for x in options])[0]

    def _small_talk(self, stage: Stage, language: str, turns: int) -> None:
        """A meeting in a language without recorded meetings: harmless written lines and small talk."""
        rng = self.rng
        benign = self.library.harmless(language)
        lines: list[str] = [*rng.sample(benign, min(len(benign), 14)), *self.phrases[language]["chatter"]]
        rng.shuffle(lines)
        for text in lines[: max(12, min(turns, 26))]:
            stage.say(rng.choice(stage.people), text, stage.moment(0.01, 0.98), rng.choice(("transcript", "chat")))
        stage.sources.add("written")
