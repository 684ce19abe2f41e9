"""`python -m service.loadtest.soak --minutes 60`: mixed load and kill -9; after each kill everything must be whole."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import make_url

from service.loadtest.mixed import Load, Told
from service.loadtest.victim import Victim
from service.loadtest.whole import Whole
from service.terminal import safe

MEMORY_EVERY_S = 1.0
GROWTH_AFTER_S = 300.0
"""Growth is told of processes that lived at least this long; caches fill up before."""


@dataclass
class Life:
    """One process, from its start to its kill."""

    ready_s: float
    began: float = field(default_factory=time.monotonic)
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since its start, MiB."""

    @property
    def seconds(self) -> float:
        """How long it lived, as far as was measured."""
        return self.memory[-1][0] if self.memory else 0.0

    def growth_mib_per_hour(self) -> float | None:
        """Of the second half of its life; None for a life too short to tell."""
        late = [point for point in self.memory if point[0] > self.seconds / 2]
        if self.seconds < GROWTH_AFTER_S or len(late) < 20:
            return None
        third = len(late) // 3
        first, last = late[:third], late[-third:]
        hours = (_mean(p[0] for p in last) - _mean(p[0] for p in first)) / 3600
        return (_mean(p[1] for p in last) - _mean(p[1] for p in first)) / hours


class Soak:
    """One database, many processes, and what was found."""

    def __init__(self, victim: Victim, *, seed: int, memory_mib: float) -> None:
        self.victim = victim
        self.memory_limit = memory_mib
        self.lives: list[Life] = []
        self.broken: list[str] = []
        self.kills = 0
        self._chance = random.Random(seed)  # noqa: S311 - moments, no secrets
        self._whole = Whole(victim.database, victim.permit_keys, victim.checkpoints)
        self.load = Load(victim, callers=4, reviewers=2, seed=seed)

    def run(self, seconds: float, kill_every_s: float) -> None:
        """Load for so long, with a kill at random moments that lie so far apart on average; then a last check.

        Time in which the service starts or the store is checked does not count.
        """
        left = seconds
        self._start()
        try:
            with self.load:
                while left > 0 and not self.broken:
                    began = time.monotonic()
                    self._live(began + min(left, self._chance.uniform(0.2, 1.8) * kill_every_s))
                    left -= time.monotonic() - began
                    self.victim.kill()
                    self.kills += 1
                    self._check()
                    if left > 0 and not self.broken:
                        self._start()
        finally:
            self.victim.kill()
        self._check()

    def _start(self) -> None:
        self.lives.append(Life(self.victim.start()))

    def _live(self, until: float) -> None:
        life = self.lives[-1]
        while (now := time.monotonic()) < until:
            time.sleep(max(0.0, min(MEMORY_EVERY_S, until - now)))
            life.memory.append((time.monotonic() - life.began, self.victim.memory_mib()))
            if life.memory[-1][1] > self.memory_limit:
                self.broken.append(f"the service takes {life.memory[-1][1]:.0f} MiB")
                return
            if self.victim.ended_by_itself():
                self.broken.append("the service ended without having been killed")
                return

    def _check(self) -> None:
        told = self.load.told
        for one in [*self._whole.broken(told), *told.wrong]:
            if one not in self.broken:
                self.broken.append(one)

    def result(self, seconds: float) -> dict[str, Any]:
        """Everything in figures."""
        told, growth = self.load.told, [g for life in self.lives if (g := life.growth_mib_per_hour()) is not None]
        ordered = sorted(told.verified_ms)
        return {
            "whole": not self.broken,
            "broken": self.broken[:100],
            "database": make_url(self.victim.database).get_backend_name(),
            "seconds": round(seconds, 1),
            "kills": self.kills,
            "kill_upper_95": _none_of(self.kills),
            "acknowledged": len(told.answered),
            "dispositions": _counted(told),
            "permits_seen": len(told.permits),
            "redeemed": sum(told.redeemed.values()),
            "decisions": len(told.decided),
            "audit_entries": self._whole.entries,
            "unheard_calls": told.unheard,
            "statuses": dict(sorted(told.statuses.items())),
            "verify_ms": {f"p{int(100 * q)}": _quantile(ordered, q) for q in (0.5, 0.95, 0.99)},
            "ready_s": {
                "median": _quantile(sorted(life.ready_s for life in self.lives), 0.5),
                "max": max((life.ready_s for life in self.lives), default=None),
            },
            "memory_mib": {
                "max": max((mib for life in self.lives for _, mib in life.memory), default=None),
                "growth_per_hour_max": max(growth) if growth else None,
                "longest_life_s": round(max((life.seconds for life in self.lives), default=0.0), 1),
            },
        }


def page(found: dict[str, Any]) -> str:
    """The result on one page of Markdown."""
    rows = {
        "database": found["database"],
        "time": f"{found['seconds'] / 60:.1f} min",
        "kill -9": f"{found['kills']}; with none that did harm, one does in {found['kill_upper_95']:.1%} at most (95 %)"
        if found["kill_upper_95"] is not None
        else "none",
        "acknowledged submissions": f"{found['acknowledged']:,} ({_listed(found['dispositions'])})",
        "permits fetched, uses": f"{found['permits_seen']:,}, {found['redeemed']:,}",
        "decisions of reviewers": f"{found['decisions']:,}",
        "audit entries, all in one chain": f"{found['audit_entries']:,}",
        "answers": _listed(found["statuses"]),
        "calls that nobody answered": f"{found['unheard_calls']:,}",
        "verification, ms": _listed(found["verify_ms"]),
        "ready after a kill, s": _listed(found["ready_s"]),
        "memory, MiB": _listed(found["memory_mib"]),
    }
    verdict = "Everything held." if found["whole"] else "Not everything held:"
    broken = "".join(f"\n- {safe(str(one))}" for one in found["broken"])
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"# Soak\n\n{verdict}{broken}\n\n| | |\n|---|---|\n{table}\n"


@click.command()
@click.option("--minutes", default=60.0, help="How long, starts and checks left out.")
@click.option("--database", help="Instead of SQLite: an empty PostgreSQL database, as SQLAlchemy names it.")
@click.option("--kill-every", default=30.0, help="Seconds between kills, on average; their moments are random.")
@click.option("--memory", default=900.0, help="MiB that the service may take.")
@click.option("--model", "model_dir", type=click.Path(path_type=Path), help="Folder of the text judge.")
@click.option("--seed", default=0, help="Of the moments and of the mix.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Leave database, keys and log here.")
@click.option("--out", type=click.Path(path_type=Path), default=Path(".bench/soak.json"), help="soak.md stands beside.")
@click.pass_context
def main(
    ctx: click.Context, minutes: float, database: str | None, kill_every: float, memory: float, model_dir: Path | None,
    seed: int, keep: Path | None, out: Path,
) -> None:  # fmt: skip
    """Load a service of its own with submissions, uses of permits and reviews, and kill it again and again."""
    began = time.monotonic()
    with _folder(keep) as folder:
        soak = Soak(Victim(folder, database, model_dir), seed=seed, memory_mib=memory)
        soak.run(minutes * 60, kill_every)
        found = soak.result(time.monotonic() - began)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    out.with_suffix(".md").write_text(page(found), "utf-8")
    click.echo(page(found))
    ctx.exit(0 if found["whole"] else 1)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="takedown-soak-") as name:
        yield Path(name)


def _counted(told: Told) -> dict[str, int]:
    found: dict[str, int] = {}
    for disposition in told.answered.values():
        found[disposition] = found.get(disposition, 0) + 1
    return dict(sorted(found.items()))


def _none_of(times: int) -> float | None:
    """The most that a share can be, at 95 %, of which none was seen in so many times (Clopper-Pearson)."""
    return 1 - 0.05 ** (1 / times) if times else None


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None


def _mean(values: Iterator[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _listed(values: dict[str, Any]) -> str:
    said = {name: f"{value:,.1f}" if isinstance(value, float) else value for name, value in values.items()}
    return ", ".join(f"{name} {value}" for name, value in said.items() if value is not None)


if __name__ == "__main__":
    main()
