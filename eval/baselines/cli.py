"""`takedown-verifier baselines`: simpler systems and ours in one table from one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from eval import cases
from eval.baselines import judges, systems
from eval.progress import progress
from eval.running import Engine, Setup, open_engine
from eval.scoring import curves, rates
from eval.scoring.records import Record, record
from models.judge import CATEGORIES, JudgeUnavailable, MissingJudge, Passage
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
@click.option("--predictions", type=PATH, metavar="FILE", help="Our own answers, from `evaluate`: saves asking again.")
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
    """Measure simpler systems and ours on FILE, in one table.

    Always: review everything, believe the requester, count reports, classifier alone, ours, and ours as it would be
    without the pretext check. With --train also TF-IDF + logistic regression on the requester's words and on the
    record's. --readers, --nli, --embedding and --llm run the whole verifier with another reader of text in the place
    of ours. What is left out is said.
    """
    if llm and not llm_model:
        raise click.UsageError("--llm needs --llm-model NAME")
    items = [item for item in cases.items(file, limit) if item.label]
    chosen = dict(systems.SYSTEMS)
    if train is not None:
        pairs = [(i.case, "cleared" in i.label.acceptable_dispositions) for i in cases.items(train) if i.label]
        chosen["words of the requester (TF-IDF)"] = systems.trained_words(pairs, systems.requester_text)
        chosen["words of the record (TF-IDF)"] = systems.trained_words(pairs, systems.record_text)
    rows = {name: [_record(item, system(item.case)) for item in items] for name, system in chosen.items()}
    left_out = {} if train else {"words (TF-IDF)": "needs --train FILE"}
    engine = open_engine(Setup())
    for name, ready in _readers(engine, readers, nli, embedding, llm, llm_model or "", llm_key).items():
        try:
            rows[name] = _run(items, name, ready())
        except (JudgeUnavailable, ImportError, OSError, ValueError) as error:
            left_out[name] = " ".join(str(error).split())[:300]
    mine = _ours(items, engine, predictions)
    rows["ours without the pretext check"] = [_record(i, _unflagged(answer)) for i, answer in mine]
    rows["ours"] = [_record(i, answer) for i, answer in mine]
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
    for name, why in left_out.items():
        click.echo(f"Left out: {name}: {why}")
    if out is not None:
        data = {"file": file.name, "sha256": cases.sha256(file)}
        document = {"data": data, "versions": engine.versions, "systems": table, "left_out": left_out}
        out.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _readers(
    ours: Engine, readers: bool, nli: Path | None, embedding: Path | None, llm: str | None, llm_model: str,
    llm_key: str | None,
) -> dict[str, Callable[[], Engine]]:  # fmt: skip
    """Our verifier with other readers, by name. Nothing is loaded before it is called; what can't be says why."""
    definitions = {name: ours.policy.categories[name].definition for name in CATEGORIES}

    def engine(name: str, read: judges.Reader) -> Engine:
        return Engine(ours.policy, judges.OtherJudge(name, read, ours.judge))

    def asked(given: object, option: str) -> None:
        if not given:
            raise JudgeUnavailable(f"needs {option}")

    def without() -> Engine:
        asked(readers, "--readers")
        return Engine(ours.policy, MissingJudge("left out for comparison"))

    def keywords() -> Engine:
        asked(readers, "--readers")
        return engine("keywords", judges.keyword_reader())

    def linear() -> Engine:
        asked(readers, "--readers")
        return engine("linear", judges.linear_reader(ours.judge))

    def cosine() -> Engine:
        asked(embedding, "--embedding DIR, an encoder checkpoint")
        assert embedding is not None
        return engine("cosine", judges.embedding_reader(embedding, definitions))

    def entailment() -> Engine:
        asked(nli, "--nli DIR, an entailment checkpoint")
        assert nli is not None
        return engine("nli", judges.nli_reader(nli, definitions))

    def language_model() -> Engine:
        asked(llm, "--llm URL, an OpenAI-compatible endpoint")
        assert llm is not None
        read = judges.llm_reader(llm, llm_model, llm_key, definitions)
        read([Passage("Good morning everybody, shall we begin?")])  # an endpoint that isn't there is said once
        return engine(llm_model, read)

    return {
        "ours without the text judge": without,
        "ours, keyword list as reader": keywords,
        "ours, linear model as reader": linear,
        "ours, embedding similarity as reader": cosine,
        "ours, zero-shot NLI as reader": entailment,
        f"ours, {llm_model or 'a large language model'} as reader": language_model,
    }


def _run(items: Sequence[cases.Item], name: str, engine: Engine) -> list[Record]:
    with progress() as bar:
        return [_record(item, _answer(engine, item)) for item in bar.track(items, description=name)]


def _ours(
    items: Sequence[cases.Item], engine: Engine, predictions: Path | None
) -> list[tuple[cases.Item, systems.Answer]]:
    """Our answers: from the file where it has the case, else given now."""
    known = {p["case_id"]: p for p in map(json.loads, cases.lines(predictions))} if predictions else {}
    with progress() as bar:
        return [(i, known.get(i.case_id) or _answer(engine, i)) for i in bar.track(items, description="ours")]


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
