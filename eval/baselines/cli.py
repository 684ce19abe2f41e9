"""`takedown-verifier baselines`: simpler systems and ours in one table from one run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click

from eval import cases
from eval.baselines import judges, systems
from eval.progress import progress
from eval.running import Engine, Setup, open_engine
from eval.scoring import curves, rates
from eval.scoring.records import Record, record
from models.judge import CATEGORIES, MissingJudge
from verifier.verify import verify

PATH = click.Path(path_type=Path)
DIR = click.Path(exists=True, file_okay=False, path_type=Path)
COLUMNS = ("false_clear_rate", "auto_clear_rate", "false_hold_rate", "disposition_accuracy", "verdict_accuracy")
NAMES = ("false clears", "auto-clears", "false holds", "disposition right", "verdict right")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl[.gz]")
@click.option(
    "--train", type=PATH, metavar="FILE", help="Labelled cases from other sources, for the trained baselines."
)
@click.option("--predictions", type=PATH, metavar="FILE", help="Our own answers, from `evaluate`, for the last rows.")
@click.option(
    "--readers", is_flag=True, help="Run the whole verifier with no text judge, a keyword list, a linear model."
)
@click.option("--nli", type=DIR, metavar="DIR", help="Also with this zero-shot entailment checkpoint.")
@click.option("--embedding", type=DIR, metavar="DIR", help="Also with similarity under this encoder checkpoint.")
@click.option(
    "--llm", metavar="URL", help="Also with a model behind this OpenAI-compatible endpoint (needs --llm-model)."
)
@click.option("--llm-model", metavar="NAME")
@click.option("--llm-key", envvar="TAKEDOWN_LLM_KEY", metavar="KEY", help="Better given as TAKEDOWN_LLM_KEY.")
@click.option("--out", type=PATH, metavar="OUT.json", help="The table as data.")
@click.option("--limit", type=click.IntRange(0), help="Only the first N cases.")
def baselines(
    file: Path,
    train: Path | None,
    predictions: Path | None,
    readers: bool,
    nli: Path | None,
    embedding: Path | None,
    llm: str | None,
    llm_model: str | None,
    llm_key: str | None,
    out: Path | None,
    limit: int | None,
) -> None:
    """Measure baselines on FILE: always review, believe the requester, count reports, classifier alone.

    With --train also TF-IDF + logistic regression on the requester's words and on the record's; with --predictions
    also ours, and ours as it would be without the pretext check. --readers, --nli, --embedding and --llm run the whole
    verifier with another reader of text in the place of ours.
    """
    if llm and not llm_model:
        raise click.UsageError("--llm needs --llm-model NAME")
    items = [cases.parse(line, n) for n, line in enumerate(islice(cases.lines(file), limit), 1)]
    items = [item for item in items if item.label]
    chosen = dict(systems.SYSTEMS)
    if train is not None:
        known = [cases.parse(line, n) for n, line in enumerate(cases.lines(train), 1)]
        pairs = [(i.case, "cleared" in i.label.acceptable_dispositions) for i in known if i.label]
        chosen["words of the requester (TF-IDF)"] = systems.trained_words(pairs, systems.requester_text)
        chosen["words of the record (TF-IDF)"] = systems.trained_words(pairs, systems.record_text)
    rows = {name: [_record(item, system(item.case)) for item in items] for name, system in chosen.items()}
    for name, engine in _engines(readers, nli, embedding, llm, llm_model or "", llm_key):
        with progress() as bar:
            asked = bar.track(items, description=name)
            rows[name] = [_record(i, _answer(engine, i)) for i in asked]
    if predictions is not None:
        ours = {p["case_id"]: p for p in map(json.loads, cases.lines(predictions))}
        rows["ours without the pretext check"] = [
            _record(i, _unflagged(ours[i.case_id])) for i in items if i.case_id in ours
        ]
        rows["ours"] = [_record(i, ours[i.case_id]) for i in items if i.case_id in ours]
    table = {name: _figures(records) for name, records in rows.items()}
    click.echo("| system | cases | " + " | ".join(NAMES) + " | AUROC of support |")
    click.echo("|---|---|" + "---|" * (len(NAMES) + 1))
    for name, figures in table.items():
        shares = [figures["headline"][column] for column in COLUMNS]
        cells = ["-" if s["value"] is None else f"{s['value']:.3f} [{s['low']:.3f}, {s['high']:.3f}]" for s in shares]
        area = figures["support"].get("auroc")
        click.echo(
            f"| {name} | {figures['cases']} | " + " | ".join(cells) + f" | {'-' if area is None else f'{area:.3f}'} |"
        )
    if out is not None:
        document = {"data": {"file": file.name, "sha256": cases.sha256(file)}, "systems": table}
        out.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _engines(
    readers: bool, nli: Path | None, embedding: Path | None, llm: str | None, llm_model: str, llm_key: str | None
) -> Iterator[tuple[str, Engine]]:
    """Our verifier with other readers; nothing is loaded before its turn."""
    if not (readers or nli or embedding or llm):
        return
    ours = open_engine(Setup())
    definitions = {name: ours.policy.categories[name].definition for name in CATEGORIES}

    def with_reader(name: str, read: judges.Reader) -> Engine:
        return Engine(ours.policy, judges.OtherJudge(name, read, ours.judge))

    if readers:
        yield "ours without the text judge", Engine(ours.policy, MissingJudge("left out for comparison"))
        yield "ours, keyword list as reader", with_reader("keywords", judges.keyword_reader())
        yield "ours, linear model as reader", with_reader("linear", judges.linear_reader(ours.judge))
    if embedding:
        yield (
            "ours, embedding similarity as reader",
            with_reader("cosine", judges.embedding_reader(embedding, definitions)),
        )
    if nli:
        yield "ours, zero-shot NLI as reader", with_reader("nli", judges.nli_reader(nli, definitions))
    if llm:
        yield (
            f"ours, {llm_model} as reader",
            with_reader(llm_model, judges.llm_reader(llm, llm_model, llm_key, definitions)),
        )


def _answer(engine: Engine, item: cases.Item) -> systems.Answer:
    return verify(item.case, engine.policy, engine.judge).model_dump(mode="json")


def _unflagged(prediction: systems.Answer) -> systems.Answer:
    """The same answer had nobody looked for bad faith: a hold becomes what the claims alone give."""
    if prediction["disposition"] != "hold":
        return prediction
    supported = bool(prediction["claims"]) and all(c["verdict"] == "supported" for c in prediction["claims"])
    return {
        **prediction,
        "disposition": "cleared" if supported else "review",
        "pretext": {"flagged": False, "score": 0.0},
    }


def _record(item: cases.Item, answer: systems.Answer) -> Record:
    categories = {c.claim_id: c.category for c in item.case.request.claims}
    return record({"case_id": item.case_id, **answer}, item.label, item.slices, categories, len(item.case.signals))


def _figures(records: Sequence[Record]) -> dict[str, Any]:
    support = curves.ranking(*curves.support_pairs(records)) if curves.available() else {}
    support.pop("reliability", None)
    return {"cases": len(records), "headline": rates.headline(records), "support": support}
