"""The one HTML page: strict, themed by the server, honest when it is not built."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from frontend import bundle

BUILT = {
    "src/main.tsx": {"file": "frontend/main-1.js", "css": ["frontend/main-1.css"], "imports": ["_shared.js"]},
    "_shared.js": {"file": "frontend/shared-1.js"},
    "src/ui/mark.svg": {"file": "frontend/mark-1.svg"},
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(BUILT))
    monkeypatch.setattr(bundle, "MANIFEST", manifest)
    return manifest


APPLICATION = (settings.BASE_DIR / "frontend" / "src" / "App.tsx").read_text()
PATHS = [re.sub(r":\w+", "7", path) for path in re.findall(r'<Route path="([^"]+)"', APPLICATION)]


@pytest.mark.parametrize("path", PATHS)
def test_every_route_of_the_application_is_the_same_page(client: Client, built: Path, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    for file in ("main-1.js", "main-1.css", "shared-1.js", "mark-1.svg"):
        assert f"/static/frontend/{file}" in page.text


def test_an_unknown_path_is_not_found(client: Client, built: Path) -> None:
    assert client.get("/nowhere").status_code == 404


def test_nothing_is_inline_and_nothing_inline_is_allowed(client: Client, built: Path) -> None:
    page = client.get("/")
    assert re.findall(r"<script[^>]*>([^<]+)", page.text) == []
    assert "<style" not in page.text
    assert not re.search(r"\s(style|on\w+)=", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_the_stored_theme_is_in_the_first_tag(client: Client, built: Path) -> None:
    client.cookies["theme"] = "dark"
    client.cookies["rise"] = "red"
    assert '<html lang="en" data-theme="dark" data-rise="red">' in client.get("/").text


def test_a_forged_preference_is_ignored(client: Client, built: Path) -> None:
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in client.get("/").text


def test_a_new_build_is_noticed(client: Client, built: Path) -> None:
    assert "main-1.js" in client.get("/").text
    changed = {**BUILT, "src/main.tsx": {"file": "frontend/main-2.js"}}
    built.write_text(json.dumps(changed))
    assert "main-2.js" in client.get("/").text


def test_a_missing_build_is_said_with_the_way_on(client: Client, built: Path) -> None:
    built.unlink()
    page = client.get("/")
    assert page.status_code == 503
    assert "npm run build" in page.text


def test_the_page_can_only_be_read(client: Client, built: Path) -> None:
    assert client.post("/").status_code == 405
