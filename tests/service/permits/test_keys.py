import json
import stat
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.permits import jws
from service.permits.keys import InvalidKeyFile, SigningKeys, public_keys


def test_a_key_is_made_on_first_use_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "keys.json"
    first = SigningKeys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKeys(path).signing[0] == first.signing[0]
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    found = []
    threads = [threading.Thread(target=lambda: found.append(SigningKeys(tmp_path / "k").signing[0])) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1


def test_the_published_keys_hold_no_private_part(tmp_path):
    keys = SigningKeys(tmp_path / "k")
    keys.rotate()
    published = keys.jwks()["keys"]
    assert len(published) == 2
    assert all(set(key) == {"kty", "crv", "x", "kid", "alg", "use"} for key in published)
    assert all(isinstance(key, Ed25519PublicKey) for key in public_keys(keys.jwks()).values())


def test_after_a_rotation_old_statements_verify_and_new_ones_have_the_new_key(tmp_path):
    keys = SigningKeys(tmp_path / "k")
    other_process = SigningKeys(tmp_path / "k")
    old = jws.sign({"n": 1}, "test", *keys.signing)
    kid = keys.rotate()
    assert other_process.signing[0] == kid == keys.signing[0]
    assert jws.kid_of(old) != kid
    assert jws.read(old, "test", other_process.public) == {"n": 1}
    assert sum("d" in key for key in json.loads((tmp_path / "k").read_text())["keys"]) == 1


def test_a_distrusted_key_verifies_nothing(tmp_path):
    keys = SigningKeys(tmp_path / "k")
    old = jws.sign({"n": 1}, "test", *keys.signing)
    keys.rotate(distrust=True)
    with pytest.raises(jws.NotSigned):
        jws.read(old, "test", keys.public)


def test_a_file_that_others_can_read_is_refused(tmp_path):
    SigningKeys(tmp_path / "k")
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(InvalidKeyFile, match="chmod 600"):
        SigningKeys(tmp_path / "k")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": []}', '{"keys": [{"kty": "OKP", "crv": "Ed25519"}]}', "[" * 9999]
)
def test_a_file_that_holds_no_key_is_refused(tmp_path, content):
    (tmp_path / "k").write_text(content)
    (tmp_path / "k").chmod(0o600)
    with pytest.raises(InvalidKeyFile):
        SigningKeys(tmp_path / "k")


def test_halves_that_do_not_belong_together_are_refused(tmp_path):
    one, two = SigningKeys(tmp_path / "a"), tmp_path / "b"
    SigningKeys(two)
    document = json.loads(two.read_text())
    document["keys"][0]["x"] = one.jwks()["keys"][0]["x"]
    two.write_text(json.dumps(document))
    with pytest.raises(InvalidKeyFile):
        SigningKeys(two)
