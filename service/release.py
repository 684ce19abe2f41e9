"""`python -m service.release`: hashes of release artefacts, their signature, and the check of both.

The formats are those of `sha256sum` and of `openssl pkeyutl -rawin`, so that nobody needs this program to check them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import click
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.terminal import safe

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._+-]*)")


class NotAsReleased(ValueError):  # noqa: N818 - reads as what it is
    """The artefacts are not those that were released; the message says which."""


def write_sums(folder: Path) -> tuple[str, ...]:
    """Write `SHA256SUMS` over every file of the folder; their names. Raises `NotAsReleased` for an empty folder."""
    names = _artefacts(folder)
    if not names:
        raise NotAsReleased(f"{folder} holds nothing to release")
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), "ascii")
    (folder / SIGNATURE).unlink(missing_ok=True)  # of other sums
    return names


def sign_sums(folder: Path, key: bytes) -> None:
    """Sign `SHA256SUMS` with an Ed25519 private key in PEM. Raises `ValueError` for any other key."""
    private = serialization.load_pem_private_key(key, password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("give an Ed25519 key: openssl genpkey -algorithm ed25519")
    (folder / SIGNATURE).write_bytes(private.sign((folder / SUMS).read_bytes()))


def check(folder: Path, public_key: bytes | None = None) -> tuple[str, ...]:
    """The names of the artefacts, all of them as their sums say. Raises `NotAsReleased`.

    `public_key`: in PEM; with it the signature of the sums is checked, too, and must be there.
    """
    try:
        sums = (folder / SUMS).read_bytes()
        signature = (folder / SIGNATURE).read_bytes() if public_key is not None else b""
    except OSError as missing:
        raise NotAsReleased(f"{Path(str(missing.filename)).name} is missing") from None
    if public_key is not None:
        public = serialization.load_pem_public_key(public_key)
        try:
            if not isinstance(public, Ed25519PublicKey):
                raise ValueError("give an Ed25519 key")
            public.verify(signature, sums)
        except InvalidSignature:
            raise NotAsReleased(f"{SUMS} was not signed with this key") from None
    told: dict[str, str] = {}
    for line in sums.decode("ascii", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None or found[2] in told:
            raise NotAsReleased(f"{SUMS} has a line that is none")
        told[found[2]] = found[1]
    if tuple(told) != _artefacts(folder):
        raise NotAsReleased("other files are here than were released")
    for name, digest in told.items():
        if _sha256(folder / name) != digest:
            raise NotAsReleased(f"{name} is not the file that was released")
    return tuple(told)


def _artefacts(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_file() and p.name not in (SUMS, SIGNATURE)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@click.group()
def main() -> None:
    """Hashes and signature of release artefacts."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key", type=click.Path(path_type=Path, exists=True), help="Ed25519 private key in PEM; unsigned without."
)
def seal(folder: Path, key: Path | None) -> None:
    """Write SHA256SUMS and, with a key, its signature."""
    try:
        names = write_sums(folder)
        if key is not None:
            sign_sums(folder, key.read_bytes())
    except (ValueError, TypeError) as error:
        raise click.ClickException(safe(str(error))) from None
    click.echo("\n".join([*names, SUMS, *([SIGNATURE] if key is not None else [])]))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--public-key", type=click.Path(path_type=Path, exists=True), help="Checks the signature, too.")
def verify(folder: Path, public_key: Path | None) -> None:
    """Check that the artefacts are those that were released."""
    try:
        names = check(folder, public_key.read_bytes() if public_key is not None else None)
    except (ValueError, TypeError) as error:
        raise click.ClickException(safe(str(error))) from None
    click.echo(f"{len(names)} artefacts are as released{', and signed' if public_key is not None else ''}.")


if __name__ == "__main__":
    main()
