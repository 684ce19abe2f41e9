"""An OpenID provider in this process: it checks what a real one checks, and can be told to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "reviews", "hush-hush-hush"


class FakeProvider:
    """`lie` changes claims, `sign` how tokens are signed; `hits` counts calls by path."""

    def __init__(self):
        self.keys = {"k1": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.signing = "k1"
        self.codes, self.hits, self.lie, self.config = {}, {}, {}, {}
        self.sign = self._sign
        self.down = False
        self.delay_s = 0.0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider._answer(self, None)

            def do_POST(self):
                provider._answer(self, self.rfile.read(int(self.headers["content-length"])).decode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def log_in(self, way, **claims):
        """What a person does at the provider's door: the query with which their browser comes back."""
        asked = dict(parse_qsl(urlsplit(way).query))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = (asked, claims)
        return {"code": code, "state": asked["state"]}

    def _answer(self, call, body):
        path = urlsplit(call.path).path
        self.hits[path] = self.hits.get(path, 0) + 1
        time.sleep(self.delay_s)
        doors = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": self._jwks,
            "/token": lambda: self._token(call.headers, dict(parse_qsl(body or ""))),
        }
        status, said = (503, {}) if self.down else doors[path]()
        raw = json.dumps(said).encode()
        call.send_response(status)
        call.send_header("content-type", "application/json")
        call.send_header("content-length", str(len(raw)))
        call.end_headers()
        call.wfile.write(raw)

    def _configuration(self):
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        } | self.config

    def _jwks(self):
        found = []
        for kid, key in self.keys.items():
            kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
            found.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"})
        return 200, {"keys": found}

    def _token(self, headers, form):
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked, claims = self.codes.pop(form.get("code"), (None, None))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if headers.get("authorization") != f"Basic {known}":
            return 401, {"error": "invalid_client"}
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        said |= {"sub": "s-ana", **claims, **self.lie}
        said = {name: value for name, value in said.items() if value is not None}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(said)}

    def _sign(self, claims):
        key = self.keys[self.signing]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": self.signing})

    def rotate(self):
        """A new key signs, of another kind; the old one is gone."""
        self.keys, self.signing = {"k2": ec.generate_private_key(ec.SECP256R1())}, "k2"


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
