"""Streamlit's own login against a stub of an OpenID Connect provider, seen in a browser."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.conftest import ROOT, run_alone
from tests.deploy.conftest import unused_port, wait_for
from tests.ui.conftest import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, NAME = "estimator", "ada@example.org"


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Provider(BaseHTTPRequestHandler):
    """Signs everybody on as ada, without asking."""

    nonces: dict[str, str]
    issuer: str

    def do_GET(self) -> None:
        """Description, keys, and the page that would ask for a password."""
        parts = urlsplit(self.path)
        asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._say(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif parts.path == "/keys":
            numbers = KEY.public_key().public_numbers()
            size = (numbers.n.bit_length() + 7) // 8
            key = {"n": packed(numbers.n.to_bytes(size, "big")), "e": packed(b"\x01\x00\x01")}
            self._say({"keys": [{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", **key}]})
        elif parts.path == "/authorize":
            self.nonces["code"] = asked.get("nonce", "")
            back = urlencode({"code": "code", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """A signed token for the code."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        now = int(time.time())
        head = packed(json.dumps({"alg": "RS256", "kid": "1"}).encode())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "email": NAME, "iat": now,
            "exp": now + 600, "nonce": self.nonces.get("code", ""),
        }  # fmt: skip
        body = f"{head}.{packed(json.dumps(claims).encode())}"
        signed = KEY.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
        token = f"{body}.{packed(signed)}"
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _say(self, document: object) -> None:
        raw = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """The dashboard with a store and the stub as its provider."""
    provider_port, port = unused_port(), unused_port()
    Provider.issuer, Provider.nonces = f"http://127.0.0.1:{provider_port}", {}
    provider = ThreadingHTTPServer(("127.0.0.1", provider_port), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "a-secret-of-this-test-only"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "s"\n'
        f'server_metadata_url = "{Provider.issuer}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--secrets.files", str(secrets)]
    environment = {**os.environ, "ESTIMATOR_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    with (tmp_path / "log").open("wb") as log:
        app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", app)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(20)
        provider.shutdown()
        print((tmp_path / "log").read_text(encoding="utf-8", errors="replace")[-3000:])


def test_who_signs_on_is_named_and_who_does_not_sees_nothing(page: str) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    run_alone(lambda: signs_on(page))


def signs_on(page: str) -> None:
    """A visitor signs on with the provider, saves a project and is named beside it."""
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page()
        tab.goto(f"{page}/projects")
        button = tab.get_by_role("button", name="Sign on")
        expect(button).to_be_visible(timeout=60_000)
        expect(tab.get_by_role("button", name="Save as a new project")).to_have_count(0)
        button.click()
        tab.wait_for_url(lambda url: urlsplit(url).path == "/", timeout=60_000)
        expect(tab.get_by_role("link", name="Projects")).to_be_visible(timeout=60_000)
        tab.goto(f"{page}/projects")
        expect(tab.get_by_text(f"Signed on as {NAME}")).to_be_visible(timeout=60_000)
        tab.get_by_role("button", name="Save as a new project").click()
        expect(tab.get_by_text("is kept as version 1")).to_be_visible(timeout=60_000)
        expect(tab.get_by_role("cell", name=NAME)).to_be_visible(timeout=60_000)
        browser.close()
