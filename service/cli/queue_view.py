"""The queue and a case on a terminal. Every word from elsewhere passes through `safe`."""

from __future__ import annotations

import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.report import print_report
from service.terminal import safe, shortened
from verifier.assessment import Assessment
from verifier.case import Case


def print_list(lines: list[dict[str, Any]]) -> None:
    """The queue as a table."""
    console = _console()
    if not lines:
        console.print("Nothing waits.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("case", "kind", "asked", "for", "meeting", "due (UTC)", ""):
        table.add_column(name, no_wrap=name in ("case", "kind", "due (UTC)"), overflow="fold")
    for line in lines:
        kind = Text(line["kind"], style="bold magenta" if line["hold"] else "")
        due = Text(line["due_at"][5:16].replace("T", " "), style="red" if line["overdue"] else "")
        held = {"": "", "you": "yours", "other": "held"}[line["held"]] or ("" if line["yours"] else "for others")
        table.add_row(
            line["review_id"], kind, _words(line["action"]), _words(line["category"]),
            Text(shortened(safe(line["title"]), 40)), due, held,
        )  # fmt: skip
    console.print(table)


def print_glasses(owed: list[dict[str, Any]], *, whole: bool = False) -> None:
    """Broken glass that awaits review; `whole`: with what the two said."""
    console = _console()
    if not owed:
        if whole:
            console.print("No broken glass awaits you.")
        return
    console.print(Text(f"Broken glass awaits a third person ({len(owed)}):", style="bold red"))
    for use in owed:
        target = ":".join(safe(str(one)) for one in use["target"].values() if one)
        before = use["review_before"][:16].replace("T", " ")
        line = f"  {safe(use['id'])}  {_words(use['action'])} on {target}; review before {before} UTC"
        console.print(Text(line), soft_wrap=True)
        if whole:
            console.print(Text(f"    {safe(use['asked_by'])} asked: {safe(use['reason'])}"))
            console.print(Text(f"    {safe(use['confirmed_by'])} agreed: {safe(use['confirmed_why'])}"))
    if not whole:
        console.print(Text("  Read them with `queue glass`, answer with `queue finding`.\n", style="dim"))


def print_case(document: dict[str, Any], *, blur: bool) -> None:
    """A case as the report has it, then what a decision needs."""
    categories = {claim["category"] for claim in document["case"]["request"]["claims"]}
    for part in ("signals", "reports"):
        categories |= {item["category"] for item in document["case"][part] if item["category"]}
    case = Case.model_validate(document["case"], strict=False, context={"categories": sorted(categories)})
    assessment = Assessment.model_validate(document["assessment"])
    print_report(case, assessment, file=sys.stdout, blur=blur)
    console = _console()
    review = document["review"]
    console.print(Text(f"\nCase {safe(review['review_id'])}", style="bold"), Text(f"  {safe(review['why'])}"))
    if document["appealed_by"]:
        console.print(
            Text(f"Appeal of the {document['appealed_by']}: {safe(document['appeal'] or 'nothing was said')}")
        )
    for question in document["questions"]:
        state = "open" if question["open"] else question["answer"] or "nobody answered in time"
        console.print(Text(f"Asked the {question['to']}: {safe(question['text'])} → {safe(state)}"))
    for note in document["notes"]:
        console.print(Text(f"{safe(note['by'])} notes: {safe(note['text'])}"))
        for file in note["attachments"]:
            console.print(Text(f"  {safe(file['sha256'])}  {safe(file['name'])}"), soft_wrap=True)
    for given in document["decisions"]:
        console.print(Text(f"{safe(given['by'])}: {given['outcome']}. {safe(given['reason'])}"))
    cites = ", ".join(f"{e.claim_id}/{e.element}" for e in assessment.ledger)
    console.print(Text(f"To cite: {safe(cites)}", style="dim"))
    if document["lease_until"]:
        console.print(Text(f"Yours until {document['lease_until'][11:16]} UTC. Decide with:", style="dim"))
        verdicts = " ".join(f"--verdict {safe(c.claim_id)}=…" for c in case.request.claims)
        how = f"  takedown-verifier queue decide deny {verdicts} --cite … --pretext --reason '…'"
        console.print(Text(how, style="dim"), soft_wrap=True)


def _words(name: str) -> str:
    return safe(name).replace("_", " ")


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)
