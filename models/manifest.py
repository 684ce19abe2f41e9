"""The list of shipped files and their digests: nothing unlisted or changed is ever loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .judge import JudgeUnavailable

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a weights folder declares about itself.

    Attributes:
        name: model name, e.g. ``e5-stance-3``.
        files: file name -> sha256 (hex) of its bytes.
        settings: everything else the runtime needs (categories, lengths in tokens, calibration).
    """

    name: str
    files: Mapping[str, str]
    settings: Mapping[str, Any]

    @property
    def version(self) -> str:
        """``name+sha256:…`` over the digests of all files and the settings (12 hex digits)."""
        body = json.dumps([sorted(self.files.items()), self.settings], sort_keys=True, ensure_ascii=False)
        return f"{self.name}+sha256:{hashlib.sha256(body.encode()).hexdigest()[:12]}"


def digest(path: Path) -> str:
    """sha256 of a file's bytes as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, name: str, files: list[str], settings: Mapping[str, Any]) -> Manifest:
    """Digest ``files`` (names inside ``folder``) and write the manifest beside them."""
    manifest = Manifest(name, {file: digest(folder / file) for file in files}, settings)
    body = {"name": name, "files": dict(manifest.files), "settings": dict(settings)}
    (folder / NAME).write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def read(folder: Path) -> Manifest:
    """Read the manifest and check every file it lists.

    Raises:
        JudgeUnavailable: no folder, no manifest, a missing file, or a file whose digest differs.
    """
    path = folder / NAME
    if not path.is_file():
        raise JudgeUnavailable(f"No text model is installed in {folder} (there is no {NAME}).")
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(str(body["name"]), dict(body["files"]), dict(body["settings"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JudgeUnavailable(f"The text model's {NAME} can't be read.") from error
    for file, expected in manifest.files.items():
        try:
            found = digest(folder / file)
        except OSError as error:
            raise JudgeUnavailable(f"The text model's file {file} is missing or can't be read.") from error
        if found != expected:
            raise JudgeUnavailable(f"The text model's file {file} is damaged or was changed: its digest differs.")
    return manifest
