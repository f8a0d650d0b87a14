"""Every answer carries the policy that no script, style or frame but ours runs; every page lives by it."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from trading.api import markets
from trading.tests.api.venue import Venue, a_venue

POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "manifest-src": {"'self'"},
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def fails(*args: object, **kwargs: object) -> None:
    raise ZeroDivisionError("what nobody outside shall read")


@pytest.fixture
def venue(db: None) -> Venue:
    return a_venue()


@pytest.fixture
def operator(venue: Venue) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(venue.operator)
    return client


ANSWERS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "sign-in": (200, lambda c: c.get("/sign-in")),
    "a market's page": (200, lambda c: c.get("/markets/ACME")),
    "a page that is not there": (404, lambda c: c.get("/nope")),
    "a page that takes no POST": (405, lambda c: c.post("/")),
    "market data": (200, lambda c: c.get("/api/v1/listings")),
    "an API error": (404, lambda c: c.get("/api/v1/listings/NOPE")),
    "an API address that is not there": (404, lambda c: c.get("/api/v1/nope")),
    "an order nobody signed": (401, lambda c: c.post("/api/v1/orders")),
    "the schema": (200, lambda c: c.get("/api/schema/")),
    "the API's documents": (200, lambda c: c.get("/api/docs/")),
    "the script of the documents": (200, lambda c: c.get("/api/docs/?script=")),
    "sign-in's configuration": (200, lambda c: c.get("/_allauth/browser/v1/config")),
    "sign-in's refusal": (400, lambda c: c.post("/_allauth/browser/v1/auth/login")),
    "the desk, not signed in": (302, lambda c: c.get("/admin/")),
    "the desk's sign-in": (302, lambda c: c.get("/admin/login/")),
    "another host": (400, lambda c: c.get("/", headers={"Host": "evil.example"})),
    "another host's API": (400, lambda c: c.get("/api/v1/listings", headers={"Host": "evil.example"})),
    "a form without a token": (403, lambda _: Client(enforce_csrf_checks=True).post("/admin/logout/")),
}  # fmt: skip


def policy(response: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in parts}


def assert_guarded(response: Any) -> None:
    assert policy(response) == POLICY
    assert {name: response[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_is_guarded(venue: Venue, name: str) -> None:
    status, get = ANSWERS[name]
    response = get(Client(raise_request_exception=False))
    # Without a built frontend its pages say so, under the same policy.
    assert response.status_code in ({status, 503} if name in ("sign-in", "a market's page") else {status})
    assert_guarded(response)
    assert_lives_by_the_policy(response)


def test_a_failure_is_guarded_and_says_nothing_of_its_cause(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markets, "_with_stats", fails)
    monkeypatch.setattr("frontend.views.entry_files", fails)
    for path in ("/api/v1/listings", "/"):
        response = Client(raise_request_exception=False).get(path)
        assert response.status_code == 500
        assert b"nobody" not in response.content and b"Zero" not in response.content
        assert_guarded(response)
        if path.startswith("/api/"):
            assert response.json()["error"]["code"] == "INTERNAL"


def test_nothing_of_the_api_is_kept_on_the_way(venue: Venue, operator: Client) -> None:
    for path in ("/api/v1/session", "/api/v1/listings", "/api/v1/orders", "/api/v1/listings/NOPE"):
        assert {"no-store", "private"} <= set(operator.get(path)["Cache-Control"].split(", "))


# --- Pages live by it ------------------------------------------------------------------------------


class Page(HTMLParser):
    """What the policy would stop, and what is loaded from where."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stopped: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("src") or values.get("href") or ""
        is_data = values.get("type") in ("application/json", "importmap")
        if tag == "style" or (tag == "script" and "src" not in values and not is_data):
            self.stopped.append(f"<{tag}>")
        self.stopped += [f"{tag} {n}=" for n in values if n == "style" or n.startswith("on")]
        if address.strip().lower().startswith("javascript:"):
            self.stopped.append(address)
        if tag in ("script", "img", "iframe", "source") or (tag == "link" and "href" in values):
            self.loaded.append(address)


def assert_lives_by_the_policy(response: Any) -> None:
    if not response.get("Content-Type", "").startswith("text/html"):
        return
    page = Page(response.content.decode())
    assert page.stopped == []
    for address in page.loaded:
        assert address.startswith("/") and not address.startswith("//"), address


def desk_pages() -> list[str]:
    """Every list and form of the desk."""
    pages = ["admin:index", "admin:password_change", "admin:jsi18n"]
    for model in admin.site._registry:
        pages += [
            f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}" for page in ("changelist", "add")
        ]
    return pages


def test_every_page_of_the_desk_lives_by_it(operator: Client) -> None:
    seen = 0
    for name in desk_pages():
        response = operator.get(reverse(name))
        assert response.status_code in (200, 302, 403), name
        assert_guarded(response)
        assert_lives_by_the_policy(response)
        seen += response.status_code == 200
    assert seen > 10
    for path in ("/admin/nope/", "/admin/trading/listing/999999/change/"):
        assert_lives_by_the_policy(operator.get(path))


def test_every_record_on_the_desk_lives_by_it(venue: Venue, operator: Client) -> None:
    for model in admin.site._registry:
        row = model._default_manager.first()
        if row is not None:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            response = operator.get(reverse(name, args=[row.pk]))
            assert response.status_code == 200, name
            assert_guarded(response)
            assert_lives_by_the_policy(response)


def test_the_documents_load_what_is_there(venue: Venue) -> None:
    page = Page(Client().get("/api/docs/").content.decode())
    files = [address for address in page.loaded if address.startswith("/static/")]
    assert len(files) == 4
    for address in files:
        assert finders.find(address.removeprefix("/static/")), address
    script = Client().get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    assert b'url: "/api/schema/"' in script.content
