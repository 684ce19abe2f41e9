"""Signing in by an OpenID provider: whoever it vouches for and the directory knows, and nobody else."""

import base64
import json
import re
import time

import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa

from service.audit.log import entries
from service.people import InvalidPeople, parse_people
from service.settings import InvalidSettings, Settings
from tests.service.console import house as h
from tests.service.review.desk import PEOPLE

from .fake_provider import CLIENT, SECRET, FakeProvider, query_of

AWAY, BACK = "/console/sign-in/provider", "/console/sign-in/provider/back"


@pytest.fixture
def provider():
    made = FakeProvider()
    yield made
    made.close()


@pytest.fixture
def start(serve, tmp_path, provider):
    """A console whose Ana is known to the provider, and who left there is known to it, too."""

    def build(**changed):
        people = [dict(person) for person in PEOPLE["people"]]
        people[0]["sign_in"] = ["s-ana", "Ana@Example.org"]
        people[1] |= {"sign_in": ["s-ben"], "active": False}
        (tmp_path / "people.yaml").write_text(yaml.safe_dump({"people": people}), "utf-8")
        given = {
            "people": tmp_path / "people.yaml", "database": f"sqlite:///{tmp_path / 'store.db'}",
            "permit_keys": tmp_path / "keys.json", "public_url": "http://127.0.0.1:8080",
            "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, **changed,
        }  # fmt: skip
        client = serve(h.verifier("hold"), Settings(**given))
        client.follow_redirects = False
        return client

    return build


@pytest.fixture
def client(start):
    return start()


def away(client):
    answer = client.get(AWAY)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(client, query):
    return client.get(BACK, params=query)


def sign_in(client, provider, **claims):
    return come_back(client, provider.log_in(away(client), **claims))


def assert_out(client, answer, status=403):
    assert answer.status_code == status, answer.text
    assert "set-cookie" not in answer.headers or "takedown_console=" not in answer.headers["set-cookie"]
    assert client.get("/console").status_code == 303


def logged(client):
    with client.app.state.house.store.reading() as session:
        return [entry for entry in entries(session) if entry.kind.startswith("session.")]


def test_whoever_the_provider_vouches_for_and_the_directory_knows_is_in(client, provider):
    answer = sign_in(client, provider)
    assert answer.status_code == 200
    assert 'content="0;url=/console"' in answer.text
    cookies = answer.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("takedown_console="))
    assert "SameSite=strict" in session
    assert "HttpOnly" in session
    assert any(one.startswith('takedown_console_sign_in=""') for one in cookies), "its cookie is for one attempt"
    page = client.get("/console")
    assert page.status_code == 200
    assert "Ana" in page.text
    (entry,) = logged(client)
    assert (entry.kind, entry.actor, entry.said) == ("session.opened", "ana", {"by": "oidc"})


def test_signing_out_ends_it(client, provider):
    sign_in(client, provider)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/console").text)[1]
    client.post("/console/sign-out", data={"csrf": token})
    assert client.get("/console").status_code == 303


def test_behind_tls_every_cookie_is_guarded(start, provider):
    client = start(public_url="https://reviews.example")
    answer = client.get("https://reviews.example" + AWAY)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-takedown_console_sign_in=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert query_of(answer.headers["location"])["redirect_uri"] == f"https://reviews.example{BACK}"


def test_the_way_there_tells_nothing_that_the_cookie_holds(client):
    answer = client.get(AWAY)
    secret = re.search(r"takedown_console_sign_in=([^;]+)", answer.headers["set-cookie"])[1]
    asked = query_of(answer.headers["location"])
    assert secret not in answer.headers["location"]
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], secret}) == 4
    assert query_of(away(client))["state"] != asked["state"]


def test_people_whom_the_directory_does_not_know_stay_out_and_are_named_by_digest_alone(client, provider):
    assert_out(client, sign_in(client, provider, sub="s-eve"))
    (entry,) = logged(client)
    assert (entry.kind, entry.actor) == ("session.refused", "nobody")
    assert "s-eve" not in json.dumps(entry.said)


@pytest.mark.parametrize("sub", ["S-ANA", "ana", "s-ben", "Ana@Example.org "])
def test_only_the_very_subject_of_somebody_who_works_here_is_in(client, provider, sub):
    assert_out(client, sign_in(client, provider, sub=sub))


def test_by_e_mail_when_it_is_verified(start, provider):
    client = start(oidc_claim="email")
    assert_out(client, sign_in(client, provider, email="ana@example.org"))
    assert_out(client, sign_in(client, provider, email="ana@example.org", email_verified=False))
    assert_out(client, sign_in(client, provider, email="ana@example.org", email_verified="true"))
    assert_out(client, sign_in(client, provider, email_verified=True))
    assert_out(client, sign_in(client, provider, email="ana@example.org.evil.example", email_verified=True))
    assert sign_in(client, provider, email="ana@example.ORG", email_verified=True).status_code == 200


LIES = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "somebody-else"},
    "no audience": {"aud": None},
    "one audience among others, made for another": {"aud": [CLIENT, "other"], "azp": "other"},
    "one audience among others, made for nobody": {"aud": [CLIENT, "other"]},
    "another nonce": {"nonce": "n" * 43},
    "no nonce": {"nonce": None},
    "expired": {"exp": int(time.time()) - 3600},
    "never expires": {"exp": None},
    "made long ago": {"iat": int(time.time()) - 86_400},
    "made in the future": {"iat": int(time.time()) + 86_400},
    "not yet": {"nbf": int(time.time()) + 86_400},
    "no time of making": {"iat": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": " "},
    "a number for a subject": {"sub": 7},
    "another access token": {"at_hash": "x" * 22},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_is_not_for_this_very_attempt_signs_nobody_in(client, provider, lie):
    provider.lie = lie
    assert_out(client, sign_in(client, provider))
    assert logged(client) == []


def unsigned(claims):
    parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join([base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]) + "."


def test_a_token_that_is_not_signed_by_the_provider_signs_nobody_in(client, provider):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    genuine = provider.sign
    for forged in (
        unsigned,
        lambda claims: jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "k1"}),
        lambda claims: jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "unknown"}),
        lambda claims: jwt.encode(claims, SECRET.ljust(32, "!"), algorithm="HS256", headers={"kid": "k1"}),
        lambda claims: genuine(claims)[:-4] + "AAAA",
        lambda claims: "no token",
        lambda claims: 7,
    ):
        provider.sign = forged
        assert_out(client, sign_in(client, provider))
    provider.sign = genuine
    assert sign_in(client, provider).status_code == 200


def test_an_answer_that_fits_no_cookie_signs_nobody_in(client, provider):
    """Somebody else's code, in my browser or mine in theirs."""
    theirs = provider.log_in(away(client))
    client.cookies.clear()
    assert_out(client, come_back(client, theirs))
    mine = away(client)
    assert_out(client, come_back(client, theirs))
    query = provider.log_in(mine)
    client.cookies.clear()
    away(client)
    assert_out(client, come_back(client, query))


def test_a_code_of_another_attempt_in_an_answer_to_mine_signs_nobody_in(client, provider):
    """The state is right and the code is a stranger's: PKCE and the nonce tell."""
    theirs = provider.log_in(away(client))
    mine = query_of(away(client))
    assert_out(client, come_back(client, {"code": theirs["code"], "state": mine["state"]}))


def test_an_answer_works_once(client, provider):
    query = provider.log_in(away(client))
    cookies = dict(client.cookies)
    assert come_back(client, query).status_code == 200
    client.cookies.clear()
    client.cookies.update(cookies)
    assert_out(client, come_back(client, query))


@pytest.mark.parametrize(
    "query", [{}, {"code": "x"}, {"state": "x"}, {"error": "access_denied"}, {"code": "", "state": ""}]
)
def test_an_answer_that_says_nothing_signs_nobody_in(client, provider, query):
    state = query_of(away(client))["state"]
    assert_out(client, come_back(client, {**query, "state": query.get("state", state)} if query else {}))
    assert "/token" not in provider.hits or query.get("code")


def test_another_issuer_in_the_answer_is_refused_and_one_that_was_promised_is_missed(client, provider):
    query = provider.log_in(away(client))
    assert_out(client, come_back(client, {**query, "iss": "https://elsewhere.example"}))
    query = provider.log_in(away(client))
    assert come_back(client, {**query, "iss": provider.issuer}).status_code == 200


def test_a_promised_issuer_that_is_missing_is_refused(start, provider):
    provider.config = {"authorization_response_iss_parameter_supported": True}
    client = start()
    assert_out(client, sign_in(client, provider))


def test_a_key_that_was_rotated_is_found(client, provider, monkeypatch):
    assert sign_in(client, provider).status_code == 200
    monkeypatch.setattr("service.signin.provider.PAUSE_S", -1.0)
    provider.rotate()
    assert sign_in(client, provider).status_code == 200
    assert provider.hits["/jwks"] == 2


def test_the_provider_is_asked_for_its_keys_once_and_then_now_and_again(client, provider):
    for _ in range(3):
        assert sign_in(client, provider).status_code == 200
    assert provider.hits["/jwks"] == provider.hits["/.well-known/openid-configuration"] == 1


def test_without_the_provider_nobody_signs_in_by_it_and_local_accounts_still_work(client, provider):
    provider.down = True
    assert client.get(AWAY).status_code == 503
    asked = sum(provider.hits.values())
    assert client.get(AWAY).status_code == 503
    assert sum(provider.hits.values()) == asked, "not asked again at once"
    assert client.get("/console").status_code == 303
    client.app.state.house.accounts.set_password("ana", h.PASSWORD, by="test")
    assert client.post("/console/sign-in", data={"person": "ana", "password": h.PASSWORD}).status_code == 303


def test_a_provider_that_fails_on_the_way_back_signs_nobody_in(client, provider):
    query = provider.log_in(away(client))
    provider.down = True
    assert_out(client, come_back(client, query), 503)


def test_a_provider_that_hangs_is_given_up(start, provider, monkeypatch):
    monkeypatch.setattr("service.signin.provider.DEADLINE_S", 0.3)
    client = start()
    provider.delay_s = 1.5
    began = time.monotonic()
    assert client.get(AWAY).status_code == 503
    assert time.monotonic() - began < 1.4


@pytest.mark.parametrize(
    "config",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"},
     {"authorization_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}],
)  # fmt: skip
def test_a_provider_that_says_something_else_of_itself_is_not_used(start, provider, config):
    provider.config = config
    assert start().get(AWAY).status_code == 503


def test_the_page_offers_it_where_it_is_configured(client, start):
    assert AWAY in client.get("/console/sign-in").text
    local = start(oidc_issuer=None, oidc_client_id=None)
    assert AWAY not in local.get("/console/sign-in").text
    assert local.get(AWAY).status_code == local.get(BACK).status_code == 404


def test_one_name_can_not_mean_two_people():
    two = [{"id": "a", "name": "A", "sign_in": ["x@y.example"]}, {"id": "b", "name": "B", "sign_in": ["X@Y.example"]}]
    with pytest.raises(InvalidPeople, match="sign in"):
        parse_people({"people": two})


@pytest.mark.parametrize(
    ("wrong", "about"),
    [({"TAKEDOWN_OIDC_ISSUER": "http://idp.example", "TAKEDOWN_OIDC_CLIENT_ID": "c"}, "https"),
     ({"TAKEDOWN_OIDC_ISSUER": "https://idp.example"}, "both"),
     ({"TAKEDOWN_OIDC_CLIENT_ID": "c"}, "both"),
     ({"TAKEDOWN_OIDC_CLAIM": "name"}, "sub or email")],
)  # fmt: skip
def test_settings_that_make_no_sense_stop_the_start(wrong, about):
    with pytest.raises(InvalidSettings, match=about):
        Settings.from_env(wrong)


def test_the_secret_is_in_no_representation(provider):
    settings = Settings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.oidc)
