"""The ``train`` command, mounted by the product's command line."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import click


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with open/ (texts_*.jsonl.gz, meetings_*.jsonl.gz).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for checkpoints; --resume goes on there.",
)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in --out.")
@click.option(
    "--start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Begin from this weights folder (models/weights/…) instead of the bare encoder.",
)
@click.option(
    "--learning-rate", type=click.FloatRange(min=0), default=1.2e-4, show_default=True, help="Peak, of the encoder."
)
@click.option(
    "--minutes", type=click.FloatRange(min=0.01), default=104.0, show_default=True, help="Time budget in all."
)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--freeze", type=click.IntRange(min=0, max=12), default=4, show_default=True, help="Lowest layers that don't learn."
)
@click.option("--seed", type=int, default=7, show_default=True)
def train(**options: object) -> None:
    """Train the text judge on folders of labelled text (needs the ``train`` extra: torch and others)."""
    try:
        from .train import main_train
    except ImportError as error:
        raise click.ClickException(f"training needs more packages ({error.name}); install the train extra") from error
    main_train(Namespace(**options))
