"""A small OpenID Connect provider on loopback: discovery, keys, and codes for tokens. It says what a test wants said."""

import base64
import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from guanxi.platform.outbound.tests import canary

CLIENT, SECRET = "guanxi", "a-secret-between-us"


@dataclass
class Provider:
    """``claims`` overrides those of the tokens (None leaves one out), ``header`` their header, ``document`` the discovery
    document; ``key`` signs instead of the published one, ``algorithm`` how. ``hits`` is what was asked."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    published: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    key: Any = None
    algorithm: str = "RS256"
    trouble: bool = False
    given: int = 0
    hits: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        return {"issuer": self.url, "client": CLIENT, "secret": SECRET}

    def visit(self, location: str) -> dict[str, str]:
        """What the browser brings back from the provider after the person has signed in there."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}" == self.url
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{self.given}"
        self.given += 1
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys", "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        } | self.document  # fmt: skip

    def keys(self) -> dict[str, Any]:
        found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.published.public_key()))
        return {"keys": [found | {"kid": "one", "alg": "RS256", "use": "sig"}]}

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "4711", "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"],
            "preferred_username": "ann", "name": "Ann Other", "email": "ann@sso.example", "email_verified": True,
        } | self.claims  # fmt: skip
        if "max_age" in asked:
            claims = {"auth_time": now if asked.get("prompt") == "login" else now - 3600} | claims
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            claims, self.published if self.key is None else self.key, self.algorithm, headers={"kid": "one"}
        )

    def exchange(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A code is good once, for whoever has the secret and the verifier."""
        asked = self.codes.pop(given.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or authorization != expected or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}


def _handler(provider: Provider) -> type[canary.Handler]:
    class Handler(canary.Handler):
        def say(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            self.answer(500 if provider.trouble else status, body, **{"Content-Type": "application/json"})

        def say_ok(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self.say(200, provider.discovery())
            elif self.path == "/keys":
                self.say(200, provider.keys())
            elif self.path == "/token":
                given = {name: values[0] for name, values in parse_qs(self.canary.heard["body"].decode()).items()}
                self.say(*provider.exchange(given, self.headers.get("Authorization", "")))
            else:
                self.say(404, {})

    return Handler


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    found = Provider()
    with canary.canary(handler=_handler(found)) as server:
        found.url, found.hits = server.url, server.hits
        yield found
