"""These see to it that the silence of the other tests means something."""

import time

import pytest

from tests.e2e.windows import Windows
from tests.support.browser import grave_faults


@pytest.mark.parametrize(
    ("heard", "wrong"),
    [
        (
            "style-src",
            "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p {}'}))",
        ),
        ("img-src", "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/'}))"),
        ("thrown on purpose", "setTimeout(() => { throw new Error('thrown on purpose') })"),
        ("said on purpose", "console.error('said on purpose')"),
    ],
    ids=["inline style", "foreign image", "uncaught error", "console error"],
)
def test_what_goes_wrong_on_a_page_is_heard(windows: Windows, heard: str, wrong: str) -> None:
    page = windows.open("/sign-in")
    page.evaluate(wrong)
    deadline = time.monotonic() + 5
    while heard not in "\n".join(windows.complaints.heard):
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)
    windows.complaints.heard.clear()


def test_axe_finds_an_image_without_words_and_a_faint_text(windows: Windows) -> None:
    page = windows.open("/sign-in")
    page.locator("h1").evaluate("it => { it.style.color = 'silver'; it.append(new Image()) }")
    found = "\n".join(grave_faults(page))
    assert "critical image-alt" in found
    assert "serious color-contrast" in found
