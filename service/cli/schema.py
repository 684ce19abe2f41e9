"""`takedown-verifier schema`: the published JSON Schemas."""

from __future__ import annotations

import json

import click


@click.command(epilog="Example: takedown-verifier schema case > case.schema.json")
@click.argument("name", type=click.Choice(["case", "assessment", "labelled_case", "policy"]))
def schema(name: str) -> None:
    """Print a JSON Schema: what a case, an answer or a policy looks like."""
    click.echo(json.dumps(_document(name), indent=1, ensure_ascii=False))


def _document(name: str) -> object:
    if name == "policy":
        from verifier.policy import Policy

        return Policy.model_json_schema(by_alias=True)
    from importlib.resources import files

    return json.loads(files("verifier").joinpath("schemas", f"{name}.schema.json").read_text("utf-8"))
