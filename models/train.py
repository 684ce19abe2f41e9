"""Training: ``python -m models.train --data DIR --out DIR [--resume] [--minutes N]``.

The learning rate follows the share of the time budget that is spent, so a slower machine trains a shorter but complete
schedule. ``OUT`` receives ``tokenizer.json``, ``keep.npy`` (kept piece ids) and ``checkpoint.pt`` (every few minutes,
written atomically; ``--resume`` goes on from it, time spent included).
"""

# mypy: disable-error-code="import-not-found", allow-subclassing-any, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from . import e5
from .data import OWN_DATA, Data, Meeting, load
from .mixture import Batch, Mixture
from .network import StanceNetwork
from .tokenise import PassageTokenizer

CHECKPOINT = "checkpoint.pt"


@dataclass(slots=True)
class Settings:
    """What a run does; times in minutes, lengths in tokens."""

    minutes: float = 104.0
    checkpoint_every: float = 4.0
    batch_tokens: int = 768
    typical_length: int = 40
    learning_rate: float = 1.2e-4
    head_learning_rate: float = 6e-4
    weight_decay: float = 0.01
    warm_up: float = 0.04
    freeze: int = 4
    pieces: int = 110_000
    average: float = 0.997
    threads: int = 2
    seed: int = 7


def prepare(data: Path, out: Path, settings: Settings) -> None:
    """Build the trimmed tokeniser from every text under ``data`` and ``OWN_DATA``, once."""
    if (out / "tokenizer.json").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    start = e5.read(e5.find())
    full = e5.build_tokenizer(start)
    seen: set[int] = set()
    everything = load(data, "train")
    texts = [
        text
        for row in (*everything.contrasts, *everything.own, *everything.corpora)
        for text in (row.text, *row.context)
    ]
    texts += [turn for meeting in everything.meetings for turn in meeting.turns[:150]]
    texts += [line for path in OWN_DATA.glob("*.jsonl") for line in path.read_text(encoding="utf-8").split("\n")]
    for i in range(0, len(texts), 4096):
        for encoding in full.encode_batch_fast(texts[i : i + 4096], add_special_tokens=False):
            seen.update(encoding.ids)
    keep = e5.keep_pieces(start, seen, settings.pieces)
    np.save(out / "keep.npy", keep)
    e5.build_tokenizer(start, keep).save(str(out / "tokenizer.json"), pretty=False)
    click.echo(f"kept {len(keep)} of {len(start.pieces)} pieces ({len(seen)} seen in the data)")


def new_network(out: Path) -> StanceNetwork:
    """The network with its start weights, for the vocabulary in ``out``."""
    start, keep = e5.read(e5.find()), np.load(out / "keep.npy")
    sizes = start.sizes
    network = StanceNetwork(len(keep), sizes["H"], sizes["NL"], sizes["NH"], sizes["FF"], sizes["MAXP"], start.eps)
    network.load_start(start, keep)
    return network


def warm_start(network: StanceNetwork, weights: Path) -> None:
    """Take over the parameters of a weights folder.

    Raises:
        ValueError: they don't fit the network.
    """
    from . import warm

    found = network.load_state_dict({name: torch.from_numpy(v) for name, v in warm.read(weights).items()}, strict=False)
    if found.unexpected_keys or any(not name.startswith(("words", "stance")) for name in found.missing_keys):
        raise ValueError(f"{weights} doesn't fit the network: {found}")


def loss_of(network: StanceNetwork, batch: Batch, per: float) -> torch.Tensor:
    """Masked cross-entropies summed over the batch, divided by the usual batch size ``per``."""
    violating, about, stance = network(*(torch.from_numpy(a) for a in (batch.ids, batch.tokens, batch.text)))
    want, weight, want_about, weight_about = torch.from_numpy(batch.labels).unbind(1)
    loss = (F.binary_cross_entropy_with_logits(violating, want, reduction="none") * weight).sum()
    loss = loss + 0.5 * (F.binary_cross_entropy_with_logits(about, want_about, reduction="none") * weight_about).sum()
    known = torch.from_numpy(batch.stance)
    if (known >= 0).any():
        loss = loss + 0.3 * F.cross_entropy(stance, known, ignore_index=-1, reduction="sum")
    return loss / per


def optimiser(network: StanceNetwork, settings: Settings) -> torch.optim.AdamW:
    """Embeddings and the lowest layers stay frozen; heads learn faster; norms and biases don't decay."""
    for parameters in (network.words, network.positions, network.norm, *network.layers[: settings.freeze]):
        parameters.requires_grad_(False)
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            key = (name.startswith("layers"), parameter.dim() > 1)
            groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "peak": settings.learning_rate if encoder else settings.head_learning_rate,
                "weight_decay": settings.weight_decay if matrix else 0.0,
            }
            for (encoder, matrix), parameters in groups.items()
        ],
        lr=1e-8,
        betas=(0.9, 0.98),
    )


def rate(spent: float, warm_up: float) -> float:
    """Share of the peak learning rate at a share of the time budget: linear up, then cosine down to 3%."""
    if spent < warm_up:
        return spent / warm_up
    return 0.03 + 0.97 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, (spent - warm_up) / (1 - warm_up)))))


def trainable(network: StanceNetwork) -> dict[str, torch.Tensor]:
    """Parameters that learn, detached, by name."""
    return {name: p.detach() for name, p in network.named_parameters() if p.requires_grad}


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a killed run leaves the old one whole."""
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def alarming_turns(meetings: Sequence[Meeting], out: Path, most: int = 12_000) -> list[tuple[int, int]]:
    """Turns that the cheap screen in ``out`` (if any) scores highest: the negatives worth seeing often."""
    from .prefilter import Prefilter

    path = out / "prefilter.npz"
    if not path.exists():
        return []
    screen, tokenizer = Prefilter.load(path), PassageTokenizer.load(out / "tokenizer.json")
    places = [(i, j) for i, meeting in enumerate(meetings) for j, turn in enumerate(meeting.turns) if len(turn) > 15]
    scores = np.concatenate(
        [
            screen.score(tokenizer.pieces([meetings[i].turns[j][:420] for i, j in places[k : k + 4096]])).max(1)
            for k in range(0, len(places), 4096)
        ]
    )
    return [places[i] for i in np.argsort(-scores)[:most]]


def train(data_folder: Path, out: Path, settings: Settings, resume: bool = False, start: Path | None = None) -> None:
    """Run, or go on with, a training; ``start``: a weights folder to begin from instead of the bare encoder."""
    torch.set_num_threads(settings.threads)
    if start and not (out / "tokenizer.json").exists():
        from . import warm

        warm.adopt(start, out)
    prepare(data_folder, out, settings)
    data: Data = load(data_folder, "train")
    network = new_network(out)
    adam = optimiser(network, settings)
    average = {name: value.clone() for name, value in trainable(network).items()}
    step, seconds, shown, recent = 0, 0.0, 0, 0.0
    path = out / CHECKPOINT
    if resume and path.exists():
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"], strict=False)
        adam.load_state_dict(state["adam"])
        average, step, seconds, shown = state["average"], state["step"], state["seconds"], state["samples"]
    else:
        torch.manual_seed(settings.seed)
        if start:
            warm_start(network, start)
            average = {name: value.clone() for name, value in trainable(network).items()}
    tokenizer = PassageTokenizer.load(out / "tokenizer.json")
    mixture = Mixture(data, settings.seed + step, alarming_turns(data.meetings, out))
    click.echo(
        f"{len(data.contrasts)} contrast, {len(data.own)} own, {len(data.corpora)} corpus rows, "
        f"{sum(len(m.turns) for m in data.meetings)} turns of {len(data.meetings)} meetings, "
        f"{len(mixture.alarming)} of them alarming"
    )
    budget, per = settings.minutes * 60, settings.batch_tokens / settings.typical_length
    batches = mixture.batches(tokenizer, settings.batch_tokens)
    last, saved = time.monotonic(), seconds
    network.train()
    with click.progressbar(length=int(budget), label="training", width=20) as bar:
        bar.update(int(seconds))
        while seconds < budget:
            batch = next(batches)
            for group in adam.param_groups:
                group["lr"] = group["peak"] * rate(seconds / budget, settings.warm_up)
            loss = loss_of(network, batch, per)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 1.0)
            adam.step()
            adam.zero_grad(set_to_none=True)
            step, shown = step + 1, shown + len(batch.ids)
            recent = 0.98 * recent + 0.02 * loss.item() * per / len(batch.ids)
            keep = min(settings.average, 1 - 1 / (step + 1))
            for name, value in trainable(network).items():
                average[name].lerp_(value, 1 - keep)
            now = time.monotonic()
            seconds, last, before = seconds + now - last, now, seconds
            bar.update(int(seconds) - int(before))
            if seconds - saved > settings.checkpoint_every * 60 or seconds >= budget:
                saved = seconds
                state = {"network": trainable(network), "adam": adam.state_dict(), "average": average}
                save(path, {**state, "step": step, "seconds": seconds, "samples": shown, "settings": asdict(settings)})
                click.echo(
                    f"\nstep {step}, {shown} samples, {seconds / 60:.1f} min, loss {recent / (1 - 0.98**step):.4f}"
                )


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="models.train", description="Train the text judge on folders of labelled text."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with open/ (texts_*.jsonl.gz, meetings_*.jsonl.gz)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the tokeniser and checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/checkpoint.pt")
    parser.add_argument("--start", type=Path, help="begin from this weights folder instead of the bare encoder")
    parser.add_argument("--learning-rate", type=float, default=Settings().learning_rate, help="peak, of the encoder")
    parser.add_argument("--minutes", type=float, default=Settings().minutes, help="time budget in all")
    parser.add_argument("--threads", type=int, default=Settings().threads)
    parser.add_argument("--freeze", type=int, default=Settings().freeze, help="lowest layers that don't learn")
    parser.add_argument("--seed", type=int, default=Settings().seed)
    return parser


def main_train(args: argparse.Namespace) -> None:
    """Run with parsed arguments."""
    settings = Settings(minutes=args.minutes, threads=args.threads, freeze=args.freeze, seed=args.seed)
    settings.learning_rate = args.learning_rate
    train(args.data, args.out, settings, args.resume, args.start)


if __name__ == "__main__":
    main_train(arguments().parse_args())
