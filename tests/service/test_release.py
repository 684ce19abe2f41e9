"""Release artefacts are those that were sealed, and the usual tools can tell."""

import shutil
import subprocess

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from service.release import SIGNATURE, SUMS, NotAsReleased, check, main

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
WHEEL, SDIST = "takedown_verifier-0.1.0-py3-none-any.whl", "takedown_verifier-0.1.0.tar.gz"


def pem(key):
    return key.private_bytes(PEM, PKCS8, serialization.NoEncryption())


def public_pem(key):
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def key():
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def sealed(tmp_path, key):
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / WHEEL).write_bytes(b"wheel")
    (folder / SDIST).write_bytes(b"sdist")
    (tmp_path / "key.pem").write_bytes(pem(key))
    (tmp_path / "public.pem").write_bytes(public_pem(key))
    result = CliRunner().invoke(main, ["seal", str(folder), "--key", str(tmp_path / "key.pem")])
    assert result.exit_code == 0, result.output
    return folder


def test_what_was_sealed_is_as_released(sealed, key):
    assert check(sealed, public_pem(key)) == check(sealed) == (WHEEL, SDIST)
    result = CliRunner().invoke(main, ["verify", str(sealed), "--public-key", str(sealed.parent / "public.pem")])
    assert (result.exit_code, result.output) == (0, "2 artefacts are as released, and signed.\n")


DAMAGE = {
    "changed": lambda folder: (folder / WHEEL).write_bytes(b"whee1"),
    "missing": lambda folder: (folder / SDIST).unlink(),
    "added": lambda folder: (folder / "more.whl").write_bytes(b"x"),
    "no sums": lambda folder: (folder / SUMS).unlink(),
    "no signature": lambda folder: (folder / SIGNATURE).unlink(),
    "another signature": lambda folder: (folder / SIGNATURE).write_bytes(b"x" * 64),
    "other sums": lambda folder: (folder / SUMS).write_text("0" * 64 + f"  {WHEEL}\n"),
    "a path for a name": lambda folder: (folder / SUMS).write_text("0" * 64 + "  ../key.pem\n"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_anything_else_is_told(sealed, key, damage):
    damage(sealed)
    with pytest.raises(NotAsReleased):
        check(sealed, public_pem(key))
    result = CliRunner().invoke(main, ["verify", str(sealed), "--public-key", str(sealed.parent / "public.pem")])
    assert result.exit_code == 1


def test_another_key_is_not_the_one(sealed):
    with pytest.raises(NotAsReleased, match="not signed with this key"):
        check(sealed, public_pem(ed25519.Ed25519PrivateKey.generate()))


def test_sealing_again_without_a_key_leaves_no_old_signature(sealed):
    assert CliRunner().invoke(main, ["seal", str(sealed)]).exit_code == 0
    assert not (sealed / SIGNATURE).exists()


def test_a_key_of_another_kind_and_an_empty_folder_are_refused(tmp_path, sealed):
    (tmp_path / "ec.pem").write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    result = CliRunner().invoke(main, ["seal", str(sealed), "--key", str(tmp_path / "ec.pem")])
    assert result.exit_code == 1
    assert "Ed25519" in result.output
    (tmp_path / "empty").mkdir()
    assert CliRunner().invoke(main, ["seal", str(tmp_path / "empty")]).exit_code == 1


@pytest.mark.skipif(not (shutil.which("sha256sum") and shutil.which("openssl")), reason="no coreutils or openssl here")
def test_the_usual_tools_agree(sealed):
    subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=sealed, check=True, capture_output=True)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "../public.pem", "-rawin", "-in", SUMS]
    subprocess.run([*command, "-sigfile", SIGNATURE], cwd=sealed, check=True, capture_output=True)
