"""The doors: sign-in, sessions, hosts, and the server as it stands before the world."""

import http.client
import json
import os
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.cache import cache
from django.test import Client

from config import env
from portal.api.parsers import MAX_BODY
from portal.tests.door import LOGIN, sign_in
from portal.tests.factories import PASSWORD, a_user
from tests.support.programs import Programs
from trading import demo


@pytest.fixture(autouse=True)
def quick_hashes_and_fresh_limits(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


# --- Sign-in ------------------------------------------------------------------------------------------


def test_people_sign_in_and_out(db: None) -> None:
    client, user = Client(), a_user("ada@example.com")
    assert sign_in(client, "Ada@Example.com").status_code == 200
    session = client.get("/api/v1/session").json()
    assert (session["signed_in"], session["user"]["id"]) == (True, str(user.pk))
    client.delete("/_allauth/browser/v1/auth/session")
    assert not client.get("/api/v1/session").json()["signed_in"]


def test_cookies_keep_to_themselves(db: None) -> None:
    client, user = Client(), a_user()
    client.get("/api/v1/session")
    sign_in(client, user.email)
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert (token["httponly"], token["samesite"]) == ("", "Lax")  # the page's script reads it


def test_signing_in_changes_the_session(db: None) -> None:
    """Or whoever planted a session in a browser would share its sign-in."""
    client, user = Client(), a_user()
    client.session.save()
    before = client.session.session_key
    sign_in(client, user.email)
    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_person_look_the_same(db: None) -> None:
    user = a_user()
    answers = [
        sign_in(Client(), user.email, "wrong"), sign_in(Client(), "nobody@example.com", "wrong"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


def test_guessing_is_slowed_down(db: None) -> None:
    user = a_user()

    def told(password: str) -> str:
        code: str = sign_in(Client(), user.email, password).json()["errors"][0]["code"]
        return code

    assert {told(f"guess {n}") for n in range(5)} == {"email_password_mismatch"}
    assert told("guess 6") == "too_many_login_attempts"
    assert told(PASSWORD) == "too_many_login_attempts", "the right one too, for a while"


def test_guessing_for_many_people_is_slowed_down(db: None) -> None:
    codes = [sign_in(Client(), f"person{n}@example.com", "guess").status_code for n in range(40)]
    assert 429 in codes


def test_nobody_who_is_locked_out_signs_in(db: None) -> None:
    user = a_user(is_active=False)
    client = Client()
    sign_in(client, user.email)
    assert not client.get("/api/v1/session").json()["signed_in"]


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "[]", '"x"', "NaN", "[" * 100_000, '{"a":' * 100_000, b"\xff", "x" * 3_000_000,
        {"email": "ada@example.com", "password": "\ud800"}, {"email": "\ud800@example.com", "password": "x"},
        {"email": "ada@example.com\u0000", "password": "x"}, {"email": "ada@example.com",
        "password": "\u0000"},
        {"email": ["ada@example.com"], "password": {}}, {"email": 1, "password": 2}, {"password": "x"},
        {"email": "a" * 10_000 + "@example.com", "password": "x"}, {"email": "ada@example.com",
        "password": ""},
        {"email": "ada@example.com", "password": "x" * 10_000}, {"email": None, "password": None},
        {"email": "' OR 1=1 --", "password": "x"}, {"username": "ada@example.com", "password": "x"},
    ],
)  # fmt: skip
def test_nonsense_at_the_door(db: None, body: Any) -> None:
    a_user("ada@example.com")
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    response = Client().post(LOGIN, raw, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    "cookie",
    ["x", "", '"\\000\\000aaaaaaaaaaaa"', "\u00e9" * 32, "x" * 5000, "' OR 1=1", "a" * 32, "..", "null"],
)
def test_a_made_up_session_is_nobodys(db: None, cookie: str) -> None:
    response = Client().get("/api/v1/session", headers={"Cookie": f"sessionid={cookie}"})
    assert (response.status_code, response.json()["signed_in"]) == (200, False)


def test_the_demos_sign_ins_are_shown_in_the_demo_only(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [{"email": "a@demo.example", "password": "demo", "code": "123456", "role": "Investor"}]
    monkeypatch.setattr(demo, "sign_ins", lambda: shown)
    settings.DEMO = True
    session = Client().get("/api/v1/session").json()
    assert (session["demo"], session["demo_sign_ins"]) == (True, shown)
    settings.DEMO = False
    session = Client().get("/api/v1/session").json()
    assert (session["demo"], session["demo_sign_ins"]) == (False, [])


# --- The desk's door ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("", "/admin/"), ("/admin/trading/order/?q=1", "/admin/trading/order/?q=1"),
        ("https://evil.example/", "/admin/"), ("//evil.example", "/admin/"), ("/\\evil.example", "/admin/"),
        ("javascript:alert(1)", "/admin/"), ("\x00//evil.example", "/admin/"), ("///evil.example", "/admin/"),
    ],
)  # fmt: skip
def test_the_desk_sends_to_sign_in_and_nowhere_else(db: None, asked: str, led_to: str) -> None:
    response = Client().get("/admin/login/", {"next": asked})
    assert response.status_code == 302
    where = urlsplit(response["Location"])
    assert (where.netloc, where.path) == ("", "/sign-in")
    assert Client().get("/admin/").status_code == 302
    assert parse_qs(where.query)["next"] == [led_to]


def test_the_desk_is_for_staff_with_a_second_factor(db: None) -> None:
    unready = a_user(is_staff=True, with_factor=False)
    for user, status in ((a_user(), 403), (a_user(is_staff=True), 302), (unready, 403)):
        client = Client()
        client.force_login(user)
        assert client.get("/admin/login/").status_code == status
        page = client.get("/admin/", follow=True)
        assert page.status_code == (200 if status == 302 else 403)
    assert b"Set up a second factor first" in page.content and b'href="/security"' in page.content


# --- Hosts, and how it is deployed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "localhost:x", "a b", "\u00e9"]
)
def test_only_our_own_names_are_answered_to(db: None, host: str) -> None:
    response = Client().get("/api/v1/listings", headers={"Host": host})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "MALFORMED")


# What is left to whoever runs it: other names of the domain, and the redirect, which is the proxy's.
LEFT_TO_OTHERS = {"security.W005", "security.W008", "security.W021"}


def test_behind_tls_the_deployment_check_finds_nothing_that_matters() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"]
    checked = subprocess.run(
        command,
        cwd=env.BASE_DIR,
        env=os.environ | {"HTTPS": "1", "DEMO": "0"},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    warned = {word.strip("()") for word in checked.stderr.split() if word.startswith("(security.")}
    assert warned <= LEFT_TO_OTHERS, checked.stderr


async def post_in_pieces(pieces: int) -> int:
    """The status of the answer to this many pieces of 100 kB, each after the other was taken."""
    from config.asgi import application

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": LOGIN, "query_string": b"",
        "headers": headers,
    }  # fmt: skip
    running = ApplicationCommunicator(application, scope)
    for number in range(pieces):
        await running.send_input(
            {"type": "http.request", "body": b" " * 100_000, "more_body": number < pieces - 1}
        )
    answer = await running.receive_output(20)
    status: int = answer["status"]
    return status


async def test_no_body_is_taken_without_end(committed_db: str) -> None:
    """Whatever is announced: it would be written to disk before anybody looks at it."""
    assert await post_in_pieces(1) == 403
    assert await post_in_pieces(3) == 413


# --- The server itself -----------------------------------------------------------------------------------


def ask_raw(address: str, request: bytes) -> int:
    """The status of the answer to these very bytes; 0 where the server just hangs up."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(request)
        answer = connection.recv(100)
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.chaos
def test_what_no_browser_would_send(programs: Programs) -> None:
    address = programs.web_server()
    host = urlsplit(address).netloc.encode()

    def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
        lines = [line + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers]
        return b"\r\n".join([*lines, b"", body])

    strange = {
        "bytes in the query": request(b"GET /api/v1/listings?x=\xff\xfe"),
        "bytes in the path": request(b"GET /api/v1/listings/\xff\xfe"),
        "half a character in the path": request(b"GET /api/v1/listings/%ed%a0%80"),
        "a NUL in the path": request(b"GET /api/v1/listings/%00"),
        "a NUL in a header": request(b"GET /api/v1/listings", b"X-Y: a\x00b"),
        "a NUL in the session": request(b"GET /api/v1/session", b'Cookie: sessionid="\\000aaaaaaaaaaaaa"'),
        "bytes in the session": request(b"GET /api/v1/session",
        b"Cookie: sessionid=\xff\xfe\xfdaaaaaaaaaaaa"),
        "two hosts": request(b"GET /api/v1/session", b"Host: evil.example"),
        "a strange charset": request(b"GET /api/v1/orders?symbol=%41", b"Content-Type: a/b; charset=rot13"),
        "no length": request(b"POST /api/v1/orders", b"Content-Type: application/json", body=b"{}"),
        "a wrong length": request(b"POST /api/v1/orders", b"Content-Length: x", body=b"{}"),
        "a negative length": request(b"POST /api/v1/orders", b"Content-Length: -1", body=b"{}"),
        "an address of 100 kB": request(b"GET /" + b"a" * 100_000),
        "a header of 100 kB": request(b"GET /api/v1/session", b"X-Y: " + b"a" * 100_000),
        "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10 + b"\r\n\r\n",
        "a socket without its handshake": request(b"GET /ws/markets/"),
        "a socket of another site": request(
            b"GET /ws/markets/", b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Origin: http://evil.example",
        ),
    }  # fmt: skip
    answers = {name: ask_raw(address, sent) for name, sent in strange.items()}
    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert answers["a socket of another site"] == 403
    assert answers["two hosts"] in (0, 400)
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request("POST", LOGIN, b" " * (MAX_BODY + 1), {"Content-Type": "application/json"})
    assert connection.getresponse().status in (400, 403)
    # And it still serves.
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request("GET", "/api/v1/session")
    assert connection.getresponse().status == 200
