"""`takedown-verifier queue`: the review queue on a terminal, at a service that may be far away."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import click

from service.cli.exits import Exit
from service.cli.remote import Remote, RemoteRefused
from service.terminal import safe, safe_json

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group(
    epilog="""\b
A day at the queue:
  export TAKEDOWN_URL=https://reviews.example TAKEDOWN_KEY=tdv_…
  takedown-verifier queue list
  takedown-verifier queue next                       # take the first case for you and show it
  takedown-verifier queue decide deny --pretext \\
      --verdict c1=refuted --cite c1/conduct --cite c1/by_target \\
      --reason "The transcript covers the whole time; nobody said or showed it."
  takedown-verifier queue skip                       # not this one; `recuse --why …` if you must not
  takedown-verifier queue glass                      # what two people did without a decision; `finding` answers
  takedown-verifier queue watch                      # how much waits, every few seconds

\b
You hold one case at a time, for a quarter of an hour; `renew` keeps it. Commands without an ID are about the
case that you hold. The key has the scope reviews:decide and names you as its person:
  takedown-verifier keys create ana-laptop --scope reviews:decide --person ana
For completion in bash: eval "$(_TAKEDOWN_VERIFIER_COMPLETE=bash_source takedown-verifier)\""""
)
@click.option("--url", envvar="TAKEDOWN_URL", show_envvar=True, default="http://127.0.0.1:8080", show_default=True,
              help="Where the service is.")  # fmt: skip
@click.option("--key", envvar="TAKEDOWN_KEY", show_envvar=True, help="Your key; better in the environment.")
@click.pass_context
def queue(ctx: click.Context, url: str, key: str | None) -> None:
    """Decide what isn't cleared: take cases, read them, answer."""
    ctx.obj = ctx.obj if isinstance(ctx.obj, Remote) else Remote(url, key)


def _id(function: _F) -> _F:
    return click.argument("review_id", required=False, metavar="[ID]")(function)


def _json(function: _F) -> _F:
    return click.option("--json", "as_json", is_flag=True, help="JSON on stdout, for programs.")(function)


@queue.command(name="list")
@click.option("--state", type=click.Choice(["open", "waiting", "closed"]), default="open", show_default=True)
@click.option("--kind", type=click.Choice(["hold", "review", "appeal"]))
@click.option("--category", help="The gravest claim, for example terrorism.")
@click.option("--language", help="The meeting's language, for example zh.")
@click.option("--action", help="What was asked, for example end_meeting.")
@click.option("--queue", "name", help="One queue of the routing rules.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@_json
@click.pass_obj
def list_(remote: Remote, /, limit: int, as_json: bool, name: str | None, **filters: str | None) -> None:
    """What waits, first things first, without what you are tied to."""
    asked = {k: v for k, v in {**filters, "queue": name, "limit": str(limit)}.items() if v}
    page = _asked(lambda: remote.get("/v1/reviews", asked))
    owed = _asked(lambda: remote.get("/v1/break-glass/open"))
    if as_json:
        _print_json({**page, "break_glass": owed})
        return
    from service.cli.queue_view import print_glasses, print_list

    print_glasses(owed)
    print_list(page["lines"])


@queue.command(name="next")
@click.option("--queue", "name", help="Only from this queue.")
@_json
@click.pass_obj
def next_(remote: Remote, name: str | None, as_json: bool) -> None:
    """Take the first case that is for you, and show it. Gives back the one that you hold already."""
    line = _asked(lambda: remote.post("/v1/reviews/next", {"queue": name}))
    if line is None:
        click.echo("null" if as_json else "Nothing is left for you to take.")
        return
    _show(remote, line["review_id"], as_json=as_json, blur=False)


@queue.command()
@_id
@click.option("--blur", is_flag=True, help="Hide the words of quotes and allegations; keep their shape.")
@_json
@click.pass_obj
def show(remote: Remote, review_id: str | None, blur: bool, as_json: bool) -> None:
    """Everything about a case that you hold: claims, ledger, quotes, signs of pretext."""
    _show(remote, _which(remote, review_id), as_json=as_json, blur=blur)


@queue.command(epilog="Example: queue decide deny --verdict c1=refuted --cite c1/conduct --good-faith --reason '…'")
@click.argument("outcome", type=click.Choice(["approve", "deny"]))
@_id
@click.option("--verdict", "verdicts", multiple=True, required=True, metavar="CLAIM=VERDICT",
              help="For every claim: supported, refuted or not_enough_info.")  # fmt: skip
@click.option("--cite", "cites", multiple=True, required=True, metavar="CLAIM/ELEMENT",
              help="Elements of the ledger that your answer rests on; `show` lists them.")  # fmt: skip
@click.option("--pretext/--good-faith", "pretextual", required=True, default=None, help="What you find it to be.")
@click.option("--reason", required=True, help="A sentence that somebody can check in a year.")
@click.option("--confirm", default="", help="To approve what can't be taken back: type the action's name.")
@_json
@click.pass_obj
def decide(
    remote: Remote, outcome: str, review_id: str | None, verdicts: tuple[str, ...], cites: tuple[str, ...],
    pretextual: bool, reason: str, confirm: str, as_json: bool,
) -> None:  # fmt: skip
    """Answer a case that you hold. approve: the action may run. deny: it may not."""
    pairs = [one.partition("=") for one in verdicts]
    if any(not sign for _, sign, _ in pairs):
        raise click.BadParameter("write CLAIM=VERDICT, for example c1=refuted", param_hint="--verdict")
    body = {
        "outcome": outcome, "verdicts": {claim: verdict for claim, _, verdict in pairs}, "cites": list(cites),
        "pretextual": pretextual, "reason": reason, "confirm": confirm,
    }  # fmt: skip
    line = _asked(lambda: remote.post(f"/v1/reviews/{_which(remote, review_id)}/decision", body))
    if as_json:
        _print_json(line)
    elif line["state"] == "closed":
        click.echo(f"Recorded, and decided: {line['outcome']}.")
    else:
        click.echo(f"Recorded. {line['needed']} people must answer the same; the case stays open.")


@queue.command()
@_id
@click.option("--why", default="", help="For the log.")
@click.pass_obj
def skip(remote: Remote, review_id: str | None, why: str) -> None:
    """Not this one: the queue won't offer it to you again."""
    _do(remote, review_id, "skip", {"why": why}, "Skipped.")


@queue.command()
@_id
@click.option("--why", required=True, help="Why you must not decide this.")
@click.pass_obj
def recuse(remote: Remote, review_id: str | None, why: str) -> None:
    """You must not decide this one, for good."""
    _do(remote, review_id, "recuse", {"why": why}, "You have no hand in this case any more.")


@queue.command()
@_id
@click.option("--why", required=True, help="Why it is for somebody more senior.")
@click.pass_obj
def escalate(remote: Remote, review_id: str | None, why: str) -> None:
    """Hand a case one rank up."""
    _do(remote, review_id, "escalate", {"why": why}, "Handed up.")


@queue.command()
@click.argument("to", type=click.Choice(["requester", "platform"]))
@click.argument("text")
@_id
@click.pass_obj
def ask(remote: Remote, to: str, text: str, review_id: str | None) -> None:
    """Ask TO for more; the case waits for the answer, or until the clock runs out."""
    _do(remote, review_id, "questions", {"to": to, "text": text}, "Asked; the case waits.")


@queue.command(epilog="Example: queue note 'The letter is on the wrong paper.' --attach letter.pdf")
@click.argument("text")
@_id
@click.option("--attach", "files", multiple=True, metavar="FILE", help="Name a file by its hash; it stays here.",
              type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.pass_obj
def note(remote: Remote, text: str, review_id: str | None, files: tuple[Path, ...]) -> None:
    """Keep a note with the case that you hold."""
    attachments = [{"name": file.name, "sha256": _sha256(file)} for file in files]
    _do(remote, review_id, "notes", {"text": text, "attachments": attachments}, "Kept.")


@queue.command()
@_json
@click.pass_obj
def glass(remote: Remote, as_json: bool) -> None:
    """Broken glass that awaits a third person: what two people did without a decision, and why."""
    owed = _asked(lambda: remote.get("/v1/break-glass/open"))
    if as_json:
        _print_json(owed)
        return
    from service.cli.queue_view import print_glasses

    print_glasses(owed, whole=True)


@queue.command(epilog="Example: queue finding GLASS unjustified --note 'Nobody was in danger; it could have waited.'")
@click.argument("glass_id", metavar="GLASS")
@click.argument("found", type=click.Choice(["justified", "unjustified"]), metavar="justified|unjustified")
@click.option("--note", "why", required=True, help="What you found, for somebody who reads it in a year.")
@click.pass_obj
def finding(remote: Remote, glass_id: str, found: str, why: str) -> None:
    """Say of broken glass (`queue glass` has the ids) whether it could not have waited."""
    _asked(lambda: remote.post(f"/v1/break-glass/{quote(glass_id, safe='')}/review", {"finding": found, "note": why}))
    click.echo("Recorded.")


@queue.command()
@_id
@click.pass_obj
def renew(remote: Remote, review_id: str | None) -> None:
    """Keep a case for another span; with an ID: take that one."""
    _do(remote, review_id, "lease", None, "Yours.")


@queue.command()
@_id
@click.pass_obj
def release(remote: Remote, review_id: str | None) -> None:
    """Give a case back, undecided."""
    which = _which(remote, review_id)
    _asked(lambda: remote.delete(f"/v1/reviews/{which}/lease"))
    click.echo("Given back.")


@queue.command()
@_json
@click.pass_obj
def stats(remote: Remote, as_json: bool) -> None:
    """How much waits."""
    found = _asked(lambda: remote.get("/v1/reviews/stats"))
    if as_json:
        _print_json(found)
        return
    for name, n in found.items():
        click.echo(f"{n:>7}  {name.replace('_', ' ')}")


@queue.command()
@click.option("--every", type=click.FloatRange(1, 3600), default=5.0, show_default=True, help="Seconds.")
@click.option("--times", type=click.IntRange(1), help="Stop after so many looks; for ever when not given.")
@click.pass_obj
def watch(remote: Remote, every: float, times: int | None) -> None:
    """Show how much waits, again and again; Ctrl-C ends it."""
    looks = 0
    while True:
        found = _asked(lambda: remote.get("/v1/reviews/stats"))
        told = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in found.items())
        click.echo(f"{time.strftime('%H:%M:%S')}  {told}")
        looks += 1
        if looks == times:
            return
        time.sleep(every)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _which(remote: Remote, review_id: str | None) -> str:
    """The case that is meant: the one named, or the one held."""
    if review_id:
        return review_id
    held = _asked(lambda: remote.get("/v1/reviews/held"))
    if held is None:
        raise click.UsageError("You hold no case. Take one with `queue next`, or name one.")
    return str(held["review_id"])


def _do(remote: Remote, review_id: str | None, deed: str, body: dict[str, Any] | None, done: str) -> None:
    which = _which(remote, review_id)
    _asked(lambda: remote.post(f"/v1/reviews/{which}/{deed}", body))
    click.echo(done)


def _show(remote: Remote, review_id: str, *, as_json: bool, blur: bool) -> None:
    document = _asked(lambda: remote.get(f"/v1/reviews/{review_id}"))
    if as_json:
        _print_json(document)
        return
    from service.cli.queue_view import print_case

    print_case(document, blur=blur)


def _asked(call: Callable[[], Any]) -> Any:
    """The answer, or an end with the service's own words."""
    try:
        return call()
    except RemoteRefused as refused:
        click.echo(safe(str(refused)), err=True)
        for hint in refused.hints:
            click.echo(f"  {safe(hint)}", err=True)
        raise click.exceptions.Exit(Exit.BAD_INPUT if refused.ours else Exit.FAILED) from None


def _print_json(document: Any) -> None:
    click.echo(safe_json(json.dumps(document, indent=2, ensure_ascii=False)))
