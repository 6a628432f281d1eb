"""An identity provider in a process of its own, as a council has one: OpenID Connect's code flow with PKCE, by RS256.

It says who it is (discovery), publishes its keys, lets in whoever a test says is sitting at the browser, and gives ID
tokens for codes. What it does wrongly, a test asks of it by ``control``: a token of another issuer, with another nonce,
too old, for another program, signed with a key that is not published or with none, or an answer that nobody is let in.

``python -m tests.oidc_provider`` prints its address; ``provider()`` starts it, and gives a ``Provider``.
"""

import base64
import hashlib
import http.server
import json
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "insight-hub", "a secret that the provider gave"
PERSON = {"sub": "p-1", "name": "Sam Okafor", "email": "sam.okafor@council.example", "groups": ["g-officers"]}


class State:
    """What the provider knows."""

    def __init__(self):
        self.keys = [RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})]
        self.codes = {}
        self.asked = {"claims": PERSON, "fault": None, "at": None}

    def now(self):
        return int(self.asked["at"] or time.time())


STATE = State()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            issuer = "http://127.0.0.1:1" if STATE.asked["fault"] == "discovery" else self.issuer
            self.answer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif parts.path == "/keys":
            self.answer({"keys": [key.as_dict(private=False) for key in STATE.keys]})
        elif parts.path == "/authorize":
            self.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
        else:
            self.answer({"error": "not_found"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/control":
            asked = json.loads(body)
            if asked.pop("rotate", False):
                number = len(STATE.codes) + 2
                STATE.keys = [RSAKey.generate_key(2048, {"kid": f"k{number}", "use": "sig", "alg": "RS256"})]
            STATE.asked = {**STATE.asked, **asked}
            self.answer({})
        elif self.path == "/token":
            self.token({name: values[0] for name, values in parse_qs(body).items()})

    def authorize(self, asked):
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email", "profile"} <= set(asked["scope"].split())
        back = {"state": asked["state"]}
        if STATE.asked["fault"] == "denied":
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(16)
            STATE.codes[back["code"]] = {**asked, "claims": STATE.asked["claims"]}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def token(self, asked):
        known = STATE.codes.pop(asked.get("code"), None)  # a code is good once
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        good = (
            known is not None
            and asked["grant_type"] == "authorization_code"
            and asked.get("client_secret") == SECRET
            and asked["redirect_uri"] == known["redirect_uri"]
            and challenge.decode().rstrip("=") == known["code_challenge"]
        )
        if not good:
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer({"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token(known)})

    def id_token(self, known):
        fault, now, key = STATE.asked["fault"], STATE.now(), STATE.keys[0]
        claims = {
            "iss": "https://evil.example" if fault == "issuer" else self.issuer,
            "aud": "another-program" if fault == "audience" else CLIENT,
            "nonce": "another" if fault == "nonce" else known["nonce"],
            "iat": now - 7200 if fault == "expired" else now,
            "exp": now - 3600 if fault == "expired" else now + 3600,
            **known["claims"],
        }
        header = {"alg": "RS256", "kid": key.kid}
        if fault == "key":
            key = RSAKey.generate_key(2048, {"kid": key.kid})
        if fault == "shared key":  # the public key taken for a secret, an old attack
            public = json.dumps(STATE.keys[0].as_dict(private=False)).encode()
            return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, OctKey.import_key(public))
        if fault == "unsigned":
            parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode(), b""]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        return jwt.encode(header, claims, key)

    def answer(self, found, status=200):
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class Provider:
    """A provider that runs, as tests see it."""

    def __init__(self, issuer):
        self.issuer = issuer

    def control(self, **asked):
        """Tell it who sits at the browser (``claims``), the time (``at``), and what it does wrongly (``fault``)."""
        httpx.post(f"{self.issuer}/control", json=asked).raise_for_status()

    def reset(self):
        self.control(claims=PERSON, fault=None, at=None)

    def authorize(self, address):
        """Go where the app sends a browser; return where the provider sends it back to."""
        answer = httpx.get(address)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def settings(self):
        """Return the settings of a hub that takes it for its provider."""
        return (
            f'[sign_in]\nissuer = "{self.issuer}"\nclient_id = "{CLIENT}"\n'
            'groups = { g-officers = ["officer"], g-leads = ["ig_lead"] }\n'
        )


@contextmanager
def provider():
    """Run a provider for a while."""
    root = Path(__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider"], stdout=subprocess.PIPE, text=True, cwd=root
    )
    try:
        yield Provider(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


if __name__ == "__main__":
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{served.server_port}", flush=True)
    served.serve_forever()
