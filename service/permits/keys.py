"""The keys that sign permits and checkpoints: one file, one key that signs, older ones that still verify."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError
from jwt.utils import base64url_encode


class InvalidKeyFile(ValueError):  # noqa: N818 - reads as what it is
    """The file of signing keys can't be used; the message says why and never repeats a key."""


@dataclass(frozen=True, slots=True)
class _Ring:
    stamp: tuple[int, int, int]
    document: list[dict[str, Any]]
    kid: str
    private: Ed25519PrivateKey
    public: Mapping[str, Ed25519PublicKey]


class SigningKeys:
    """Keys from a JWK set (RFC 7517, RFC 8037). A key that was rotated is seen without a restart."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it with a first key. Raises `InvalidKeyFile`."""
        self.path = path
        self._loading = threading.Lock()
        if not path.exists():
            with contextlib.suppress(FileExistsError):  # somebody else was first
                _write(path, [_new_key()], replace=False)
        self._ring = _load(path)

    @property
    def signing(self) -> tuple[str, Ed25519PrivateKey]:
        """The key that signs now, with its id."""
        ring = self._fresh()
        return ring.kid, ring.private

    @property
    def public(self) -> Mapping[str, Ed25519PublicKey]:
        """Every key that verifies, by id."""
        return self._fresh().public

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK set, as `/.well-known/jwks.json` has them."""
        return {"keys": [_public_part(key) for key in self._fresh().document]}

    def rotate(self, *, distrust: bool = False) -> str:
        """Sign with a new key from now on; the id of it.

        The private half of the old key is forgotten; its public half stays, so that what it signed still
        verifies. `distrust` drops the old keys altogether: everything that they signed is worth nothing.
        """
        with self._loading:
            kept = [] if distrust else [_public_part(key) for key in _load(self.path).document]
            new = _new_key()
            _write(self.path, [*kept, new], replace=True)
            self._ring = _load(self.path)
            return str(new["kid"])

    def _fresh(self) -> _Ring:
        if _stamp(self.path) != self._ring.stamp:
            with self._loading:
                self._ring = _load(self.path)
        return self._ring


def public_keys(jwks: Any) -> dict[str, Ed25519PublicKey]:
    """Ed25519 keys of a JWK set, by id; keys of other kinds are passed over. Raises `InvalidKeyFile`."""
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise InvalidKeyFile("not a JWK set")
    found = {}
    for jwk in jwks["keys"]:
        if isinstance(jwk, dict) and (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519"):
            try:
                key = OKPAlgorithm.from_jwk(_public_part(jwk))
            except (InvalidKeyError, ValueError, TypeError):
                raise InvalidKeyFile("a key that can't be read") from None
            assert isinstance(key, Ed25519PublicKey)
            found[str(jwk.get("kid") or thumbprint(jwk))] = key
    return found


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The key's id: its RFC 7638 thumbprint."""
    needed = {name: jwk[name] for name in ("crv", "kty", "x")}
    document = json.dumps(needed, sort_keys=True, separators=(",", ":"))
    return base64url_encode(sha256(document.encode()).digest()).decode()


def _new_key() -> dict[str, Any]:
    jwk: dict[str, Any] = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
    return {**jwk, "kid": thumbprint(jwk), "alg": "EdDSA", "use": "sig"}


def _public_part(jwk: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name != "d"}


def _load(path: Path) -> _Ring:
    try:
        stamp = _stamp(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InvalidKeyFile(f"{path} can be read by others; chmod 600 it")
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidKeyFile):
            raise
        raise InvalidKeyFile(f"{path} is no readable JSON file") from None
    public = public_keys(document)
    private = [key for key in document["keys"] if isinstance(key, dict) and "d" in key]
    if len(private) != 1:
        raise InvalidKeyFile(f"{path} must hold exactly one private key; it holds {len(private)}")
    try:
        key = OKPAlgorithm.from_jwk(private[0])
        kid = str(private[0].get("kid") or thumbprint(private[0]))
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        raise InvalidKeyFile(f"{path}: the private key can't be read") from None
    if not isinstance(key, Ed25519PrivateKey) or kid not in public or key.public_key() != public[kid]:
        raise InvalidKeyFile(f"{path}: the private key is no Ed25519 key, or not half of its public key")
    return _Ring(stamp, document["keys"], kid, key, public)


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when the file is replaced."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _write(path: Path, keys: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Put the whole file in place at once, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump({"keys": list(keys)}, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            os.replace(name, path)  # noqa: PTH105 - beside os.link, which pathlib spells the other way round
        else:
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
