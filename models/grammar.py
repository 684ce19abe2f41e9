"""Expand the project's own templates into contrast rows: ``python -m models.grammar`` rewrites ``data/own.jsonl``.

A template file is one language. ``@slot a|b|c`` lists fillers; ``@v``, ``@m``, ``@c`` list frames around a violating
line that keep it violating (endorsing), make it a mention (court, news, training, fiction), or oppose it; ``@k`` lists
turns before it that make it a mention (a rehearsal, reading out what one received), ``@n`` turns that change nothing.
Other lines are ``category stance text`` with stance v, m, c or b.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
STANCE = {"v": "violating", "m": "mention", "c": "counter_speech", "b": "benign"}


def fill(text: str, slots: dict[str, list[str]], rng: random.Random) -> str:
    """Replace each ``{slot}`` by one of its fillers, the same one throughout the text."""
    chosen = {name: rng.choice(options) for name, options in slots.items()}
    out = re.sub(r"\{(\w+)\}", lambda found: chosen[found[1]], text)
    return out[:1].upper() + out[1:]


def expand(path: Path, seed: int = 11) -> list[dict[str, Any]]:
    """Rows of one template file, duplicates dropped."""
    language, rng = path.stem, random.Random(f"{seed}{path.stem}")  # noqa: S311
    slots: dict[str, list[str]] = {}
    lines: list[tuple[str, str, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, rest = line[1:].partition(" ")
            slots[name] = rest.split("|")
        elif line.strip():
            category, stance, text = line.split(" ", 2)
            lines.append((category, stance, text))
    counts: dict[tuple[str, str], int] = {}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for category, stance, text in lines:
        counts[category, stance] = plot = counts.get((category, stance), 0) + 1

        def add(stance: str, device: str, said: str, context: str = "") -> None:
            turns = [{"speaker": "A", "text": context}] if context else []
            rows.setdefault(
                (said, context),
                {
                    "set": f"own-{language}-{category}-{plot}",  # noqa: B023
                    "id": f"own-{language}-{len(rows):05d}",
                    "language": "zh-Hans" if language == "zh" else language,
                    "category": category,  # noqa: B023
                    "stance": STANCE[stance],
                    "device": device,
                    "context": turns,
                    "speaker": "B",
                    "text": said,
                    "register": "spoken",
                },
            )

        for _ in range(3):
            add(stance, "direct", fill(text, slots, rng))
        if stance != "v":
            continue
        for kind, device, times in (("v", "endorse", 2), ("m", "quote", 3), ("c", "oppose", 2)):
            for frame in rng.sample(slots[kind], min(times, len(slots[kind]))):
                add(kind, device, frame.replace("{x}", fill(text, slots, rng)))
        said = fill(text, slots, rng)
        add("m", "context_flip", said, rng.choice(slots["k"]))
        add("v", "direct", said, rng.choice(slots["n"]))
    return list(rows.values())


def main() -> None:
    """Write all rows."""
    rows = [row for path in sorted((FOLDER / "templates").glob("*.txt")) for row in expand(path)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (FOLDER / "own.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
