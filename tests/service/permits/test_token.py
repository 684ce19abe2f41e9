"""What is not exactly a permit of ours, for this, now, is refused."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.permits.keys import SigningKeys
from service.permits.target import target_name
from service.permits.token import TYPE, Permit, PermitRefused, read, require_bound, sign

from .conftest import ACTION, HOUR, NOON, TARGET


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return SigningKeys(tmp_path_factory.mktemp("keys") / "keys.json")


PERMIT = Permit(
    jti="abcdefghijklmnopqrstuv", iat=int(NOON.timestamp()), exp=int((NOON + HOUR).timestamp()), request_id="r1",
    action=ACTION, target=TARGET, case_digest="c" * 64, policy_version="p", model_version="m", approvers=["ana"],
    break_glass=False,
)  # fmt: skip


@pytest.fixture(scope="module")
def token(keys):
    return sign(PERMIT, *keys.signing)


def refused(token, keys, now=NOON):
    with pytest.raises(PermitRefused) as caught:
        read(token, keys.public, now)
    return caught.value.reason


def segment(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def test_a_permit_reads_back(keys, token):
    assert read(token, keys.public, NOON) == PERMIT


def test_an_expired_permit_is_refused_from_the_very_second(keys, token):
    assert read(token, keys.public, NOON + HOUR - timedelta(seconds=1))
    assert refused(token, keys, NOON + HOUR) == "expired"


def test_a_permit_from_the_future_is_refused(keys, token):
    assert refused(token, keys, NOON - timedelta(minutes=2)) == "not-valid"


def test_the_same_permit_is_the_same_token(keys, token):
    assert sign(PERMIT, *keys.signing) == token


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(data=st.data())
def test_no_character_can_be_changed(keys, token, data):
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=255).filter(lambda c: c != token[at]))
    assert refused(token[:at] + other + token[at + 1 :], keys) == "not-valid"


def test_the_last_character_has_one_spelling(keys, token):
    """Four of its bits mean nothing in base64; a lax reader takes sixteen spellings."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert all(refused(token[:-1] + c, keys) == "not-valid" for c in alphabet if c != token[-1])


@pytest.mark.parametrize("cut", [0, 1, 10, 200])
def test_a_cut_or_lengthened_token_is_refused(keys, token, cut):
    assert refused(token[:cut], keys) == "not-valid"
    assert refused(token + token[: cut + 1], keys) == "not-valid"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
def test_no_algorithm_is_no_permit(keys, token, alg):
    kid = keys.signing[0]
    body = token.split(".")[1]
    for signature in ("", "AA", token.split(".")[2]):
        forged = f"{segment({'alg': alg, 'kid': kid, 'typ': TYPE})}.{body}.{signature}"
        assert refused(forged, keys) == "not-valid"


@pytest.mark.parametrize("encoding", ["raw", "pem", "x"])
def test_the_public_key_is_no_shared_secret(keys, token, encoding):
    kid = keys.signing[0]
    public = keys.public[kid]
    secret = {
        "raw": public.public_bytes_raw(),
        "pem": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        "x": keys.jwks()["keys"][0]["x"].encode(),
    }[encoding]
    for alg, name in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
        signed = f"{segment({'alg': alg, 'kid': kid, 'typ': TYPE})}.{token.split('.')[1]}"
        mac = base64.urlsafe_b64encode(hmac.new(secret, signed.encode(), name).digest()).rstrip(b"=").decode()
        assert refused(f"{signed}.{mac}", keys) == "not-valid"


def test_another_key_is_refused_even_under_our_id(keys, tmp_path):
    foreign = SigningKeys(tmp_path / "foreign")
    assert refused(sign(PERMIT, *foreign.signing), keys) == "not-valid"
    assert refused(sign(PERMIT, keys.signing[0], foreign.signing[1]), keys) == "not-valid"


def test_a_key_inside_the_token_is_not_used(keys, tmp_path):
    foreign = SigningKeys(tmp_path / "foreign")
    for extra in ({"jwk": foreign.jwks()["keys"][0]}, {"jku": "https://example.org/jwks.json"}, {"crit": ["exp"]}):
        headers = {"kid": keys.signing[0], "typ": TYPE, **extra}
        for signer in (foreign, keys):
            forged = jwt.encode(PERMIT.model_dump(), signer.signing[1], algorithm="EdDSA", headers=headers)
            assert refused(forged, keys) == "not-valid"


def test_another_kind_of_token_is_no_permit(keys):
    for kind in ("JWT", "takedown-checkpoint+jwt", None):
        kid, key = keys.signing
        forged = jwt.encode(PERMIT.model_dump(), key, algorithm="EdDSA", headers={"kid": kid, "typ": kind})
        assert refused(forged, keys) == "not-valid"


@pytest.mark.parametrize(
    "change", [{"exp": None}, {"exp": "2100"}, {"break_glass": 0}, {"extra": 1}, {"iss": "else"}, {"jti": "x"}]
)
def test_claims_that_are_not_a_permits_are_refused(keys, change):
    kid, key = keys.signing
    claims = {k: v for k, v in (PERMIT.model_dump() | change).items() if v is not None}
    forged = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid, "typ": TYPE})
    assert refused(forged, keys) == "not-valid"


@given(st.text(max_size=300))
def test_any_other_text_is_refused(keys, text):
    assert refused(text, keys) == "not-valid"


@pytest.mark.parametrize(
    ("action", "target"), [("suspend_account", TARGET), (ACTION, "meeting:m2"), ("", ""), (ACTION, "meeting:M1")]
)
def test_a_permit_is_for_one_action_on_one_target(action, target):
    with pytest.raises(PermitRefused) as caught:
        require_bound(PERMIT, action, target)
    assert caught.value.reason == "mismatch"


ids = st.text(alphabet="ab/:%", min_size=1, max_size=6)


@given(ids, ids, ids, ids)
def test_two_participants_never_share_a_name(m1, p1, m2, p2):
    one, two = ({"kind": "participant", "meeting_id": m, "participant_id": p} for m, p in ((m1, p1), (m2, p2)))
    assert (target_name(one) == target_name(two)) == ((m1, p1) == (m2, p2))


def test_targets_have_readable_names():
    meeting = {"kind": "meeting", "meeting_id": "m1", "account_id": None}
    assert target_name(meeting) == "meeting:m1"
    assert target_name(meeting | {"kind": "recording"}) == "recording:m1"
    assert target_name(meeting | {"kind": "account", "account_id": "u:7@x"}) == "account:u:7@x"
    assert target_name(meeting | {"kind": "participant", "participant_id": "p9"}) == "participant:m1/p9"
    with pytest.raises(ValueError, match="no id"):
        target_name(meeting | {"kind": "account"})


def test_a_signature_written_another_way_is_refused(keys, token):
    """The same point with the group's order added to S also solves the equation; it was never signed out."""
    order = 2**252 + 27742317777372353535851937790883648493
    head, _, written = token.rpartition(".")
    raw = base64.urlsafe_b64decode(written + "==")
    other = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    assert refused(f"{head}.{base64.urlsafe_b64encode(other).rstrip(b'=').decode()}", keys) == "not-valid"


@pytest.mark.parametrize(
    "raw", [b"[" * 5_000, b'{"a":' * 2_000, b"[]", b"7", b"null", b"\xff", b'"' + b"x" * 5_000 + b'"']
)
def test_a_header_that_is_none_is_refused(keys, token, raw):
    _, body, written = token.split(".")
    head = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert refused(f"{head}.{body}.{written}", keys) == "not-valid"


@pytest.mark.parametrize(
    "header", [{"kid": ["k"]}, {"kid": None}, {"alg": "Ed25519"}, {"alg": "eddsa"}, {"typ": "JWT"}]
)
def test_a_header_that_says_anything_else_is_refused_even_when_it_was_signed(keys, header):
    kid, key = keys.signing
    said = {"alg": "EdDSA", "kid": kid, "typ": TYPE} | header
    signed = f"{segment(said)}.{segment(PERMIT.model_dump())}"
    written = base64.urlsafe_b64encode(key.sign(signed.encode())).rstrip(b"=").decode()
    assert refused(f"{signed}.{written}", keys) == "not-valid"


@pytest.mark.parametrize("payload", [[], 7, None, "x", [PERMIT.model_dump()]])
def test_a_signed_payload_that_is_no_statement_is_refused(keys, payload):
    kid, key = keys.signing
    signed = f"{segment({'alg': 'EdDSA', 'kid': kid, 'typ': TYPE})}.{segment(payload)}"
    written = base64.urlsafe_b64encode(key.sign(signed.encode())).rstrip(b"=").decode()
    assert refused(f"{signed}.{written}", keys) == "not-valid"
