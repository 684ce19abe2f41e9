"""An assessment as a report that a person can check line by line, on a terminal or in a file.

Every word that came from a case passes through `safe`, and nothing is ever parsed as markup.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from models.explain import Weight
from service.cli.record import RecordIndex
from service.terminal import blurred, safe, shortened
from verifier.assessment import Assessment, ClaimAssessment, EvidenceRef, LedgerEntry
from verifier.case import Case, Claim

MAX_QUOTE = 500
"""Characters of a quote shown; the JSON answer has all of it."""
PIPED_WIDTH = 120
CARRIES = 0.25
"""A word is marked when leaving it out takes this share of what the heaviest word's absence takes."""

Explain = Callable[[str, str], list[Weight]]
"""A quote and a category in, weights of the quote's words out."""

DISPOSITIONS = {
    "cleared": ("CLEARED", "bold white on green", "every claim is supported and the action is proportionate"),
    "review": ("REVIEW", "bold black on yellow", "a person decides"),
    "hold": ("HOLD", "bold white on red", "pretext is flagged; a person decides, first in the queue"),
}
VERDICTS = {
    "supported": ("supported", "bold green"),
    "refuted": ("refuted", "bold red"),
    "not_enough_info": ("not enough info", "bold yellow"),
}
STATES = {
    "supported": ("✓ supported", "green"),
    "contradicted": ("✗ contradicted", "red"),
    "no_record": ("? no record", "yellow"),
}
STANCES = {"supports": ("+", "green"), "refutes": ("−", "red"), "neutral": ("·", "dim")}


def print_report(
    case: Case, assessment: Assessment, *, file: IO[str], blur: bool = False, explain: Explain | None = None
) -> None:
    """Write the report. Colours only where `file` is a terminal. `explain` marks what quotes of claims rest on."""
    width = None if file.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    console = Console(file=file, width=width, highlight=False, markup=False, emoji=False)
    report = Report(case, assessment, blur=blur, explain=explain).render()
    if console.is_terminal:
        console.print(report)
        return
    with console.capture() as captured:
        console.print(report)
    file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


class Report:
    """Builds the parts of one report."""

    def __init__(self, case: Case, assessment: Assessment, *, blur: bool, explain: Explain | None = None) -> None:
        self._case = case
        self._answer = assessment
        self._blur = blur
        self._explain = explain
        self._index = RecordIndex(case)
        self._quotes = _quotes(assessment) if blur else ()

    def render(self) -> RenderableType:
        """The whole report."""
        parts: list[RenderableType] = [self._header(), *self._degraded(), *self._reasons()]
        for answered in self._answer.claims:
            parts += self._claim(answered)
        parts += [*self._pretext(), *self._actions(), *self._closing()]
        return Group(*parts)

    def _header(self) -> RenderableType:
        word, style, meaning = DISPOSITIONS[self._answer.disposition]
        head = Text.assemble((f" {word} ", style), "  ", (meaning, "italic"))
        facts = _grid()
        facts.add_row("asked", self._plain(self._case.request.action.replace("_", " ")))
        facts.add_row("of", self._plain(self._index.target()))
        facts.add_row("by", self._plain(self._index.requester()))
        title = Text(f" request {safe(self._answer.request_id)} ", style="bold")
        return Panel(Group(head, facts), title=title, title_align="left", box=box.ROUNDED)

    def _degraded(self) -> list[RenderableType]:
        if not self._answer.degraded:
            return []
        lines = [Text(f"! {safe(part)}") for part in self._answer.degraded]
        title = Text(" DEGRADED: parts were missing, so nothing is cleared ", style="bold white on red")
        return [Panel(Group(*lines), title=title, title_align="left", box=box.HEAVY, border_style="red")]

    def _reasons(self) -> list[RenderableType]:
        told = _grid(head_style="")
        for n, reason in enumerate(self._answer.reasons, 1):
            told.add_row(f"{n}.", self._told(reason))
        return [_heading("Why"), _indented(told)]

    def _claim(self, answered: ClaimAssessment) -> list[RenderableType]:
        word, style = VERDICTS[answered.verdict]
        head = Text.assemble(
            "\nClaim ", (safe(answered.claim_id), "bold"), f", {safe(answered.category)}: ", (word, style),
            f", support {answered.support:.2f}",
        )  # fmt: skip
        if answered.wrong_subject:
            head.append("  wrong subject: real, but not the target's doing", style="bold magenta")
        parts: list[RenderableType] = [head]
        alleged = next((c for c in self._case.request.claims if c.claim_id == answered.claim_id), None)
        if alleged is not None:
            parts.append(_indented(self._allegation(alleged)))
        entries = [entry for entry in self._answer.ledger if entry.claim_id == answered.claim_id]
        if entries:
            parts.append(_indented(self._ledger(entries)))
        parts += [_indented(self._evidence(evidence, answered.category)) for evidence in answered.evidence]
        if answered.missing:
            parts.append(_indented(Text("would have settled it:", style="bold")))
            missing = _grid(head_style="")
            for one in answered.missing:
                missing.add_row("-", self._told(one))
            parts.append(_indented(missing, 4))
        return parts

    def _allegation(self, claim: Claim) -> Text:
        when = f" at {claim.occurred_at:%H:%M:%S}" if claim.occurred_at else ""
        words = shortened(safe(claim.narrative), MAX_QUOTE)
        return Text.assemble((f"alleged{when}: ", "dim"), (blurred(words) if self._blur else words, "italic dim"))

    def _ledger(self, entries: list[LedgerEntry]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        for column in ("element", "state", "what the record shows", "records"):
            table.add_column(column, overflow="fold")
        for entry in entries:
            word, style = STATES[entry.state]
            note = Text(safe(entry.question), style="dim")
            if entry.note:
                note.append("\n").append_text(self._told(entry.note))
            table.add_row(Text(safe(entry.element)), Text(word, style=style), note, Text(_refs(entry.refs, 6)))
        return table

    def _evidence(self, evidence: EvidenceRef, category: str) -> Text:
        mark, style = STANCES[evidence.stance]
        line = Text.assemble(
            (f"{mark} ", style), safe(self._index.source(evidence.ref)), (f"  {safe(evidence.ref)}", "dim")
        )
        line.append(f"  {evidence.stance} {evidence.weight:.2f}", style=style)
        if evidence.quote:
            words = shortened(safe(evidence.quote), MAX_QUOTE)
            line.append(f"\n    “{blurred(words) if self._blur else words}”", style="italic")
        if evidence.quote and evidence.stance == "supports" and self._explain and not self._blur:
            carried = carriers(evidence.quote, self._explain(evidence.quote, category))
            line.append(f"\n    carried by: {', '.join(map(safe, carried)) or 'no single word'}", style="dim")
        return line

    def _pretext(self) -> list[RenderableType]:
        pretext = self._answer.pretext
        word = Text("flagged", style="bold red") if pretext.flagged else Text("not flagged", style="bold green")
        parts: list[RenderableType] = [_heading("Pretext: ").append_text(word).append(f", score {pretext.score:.2f}")]
        signs = _grid(head_style="")
        for sign in pretext.indicators:
            filled = round(sign.strength * 5)
            bar = Text("█" * filled + "░" * (5 - filled), style="red" if sign.strength >= 0.5 else "yellow")
            told = Text(safe(sign.code.replace("_", " ")), style="bold").append(": ", style="bold")
            told = Text.assemble(told, self._told(sign.detail))
            if sign.refs:
                told.append(f"\n{_refs(sign.refs, 8)}", style="dim")
            signs.add_row(Text.assemble(bar, f" {sign.strength:.2f}"), told)
        return [*parts, _indented(signs)] if pretext.indicators else parts

    def _actions(self) -> list[RenderableType]:
        if not self._answer.proportionate_actions:
            return []
        lines: list[RenderableType] = [_heading("What the record supports instead")]
        for action in self._answer.proportionate_actions:
            what = f"{action.get('target_kind', '')} {action.get('target_id', '')}"
            line = Text.assemble((safe(str(action.get("action", "?")).replace("_", " ")), "bold"), f": {safe(what)}")
            if action.get("reason"):
                line.append("  ").append_text(self._told(str(action["reason"])))
            lines.append(_indented(line))
        return lines

    def _closing(self) -> list[RenderableType]:
        approvals = self._answer.approvals
        needed = f"{approvals.required} needed" if approvals.required else "none needed"
        if approvals.excluded:
            needed += f"; not by {', '.join(approvals.excluded)}"
        if approvals.reason:
            needed += f" ({approvals.reason})"
        facts = _grid()
        facts.add_row("approvals", self._plain(needed))
        versions = ", ".join(f"{part} {version}" for part, version in self._answer.versions.items())
        facts.add_row("versions", self._plain(versions or "unknown"))
        if self._answer.case_digest:
            facts.add_row("case", self._plain(f"sha256 {self._answer.case_digest}"))
        return [Text(), facts]

    def _plain(self, text: str) -> Text:
        return Text(safe(text))

    def _told(self, text: str) -> Text:
        """A sentence of the verifier; in a blurred report the quotes inside it are blurred, too."""
        for quote in self._quotes:
            text = text.replace(quote, blurred(quote))
        return Text(safe(text))


def carriers(quote: str, weights: list[Weight]) -> list[str]:
    """The words without which the judge would think clearly less of a quote, heaviest first, five at most."""
    heaviest = max((w.log_odds for w in weights), default=0.0)
    chosen = [w for w in weights if w.log_odds > 0.1 and w.log_odds >= CARRIES * heaviest]
    return [quote[w.start : w.end] for w in sorted(chosen, key=lambda w: -w.log_odds)[:5]]


def _quotes(assessment: Assessment) -> tuple[str, ...]:
    found = {e.quote for claim in assessment.claims for e in claim.evidence if e.quote}
    return tuple(sorted(found, key=len, reverse=True))


def _refs(refs: tuple[str, ...], shown: int) -> str:
    more = f" and {len(refs) - shown} more" if len(refs) > shown else ""
    return ", ".join(map(safe, refs[:shown])) + more


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _indented(part: RenderableType, by: int = 2) -> Padding:
    return Padding(part, (0, 0, 0, by), expand=False)


def _grid(head_style: str = "dim") -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=head_style, no_wrap=True)
    grid.add_column(overflow="fold")
    return grid
