"""Whatever is sent to any step is answered with reasons, keeps nothing, and never crashes."""

from copy import deepcopy
from typing import Any

import pytest

from portal.models import Identity, Signature, StepAnswers
from portal.tests.applications.people import Browser, a_persons_answers, an_llc

pytestmark = pytest.mark.django_db

ODD: dict[str, Any] = {
    "a zero character": "a\x00b",
    "half a character": "\ud800",
    "text that turns round": "abc\u202edef",
    "very long": "x" * 6000,
    "a number": 7,
    "a huge number": 10**300,
    "a fraction": 0.1,
    "a list": ["a"],
    "a list of lists": [[[]]],
    "an object": {"\x00": "\x00"},
    "an amount beyond all": "1e999999",
}
CLAIM = {
    "wanted": True, "category": "AI06", "method": "A",
    "facts": {
        "with_spouse": False, "income_last_year": "250000", "income_year_before": "250000",
        "income_expected": "250000", "expects_income": True,
    },
}  # fmt: skip
OWNED = {
    "wanted": True, "category": "AI08", "method": "C",
    "facts": {"owners": [{"name": "Mika", "category": "AI05", "is_person": True}]},
}  # fmt: skip
SIGNED = {"signatures": [{"code": "PRIVACY_NOTICE", "version": "2026-1", "typed_name": "Avery Lindqvist"}]}


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of a tree where something is said."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if inner is None:
        return [path]
    return [place for name, value in inner for place in leaves(value, (*path, name))]


def spoiled(tree: Any, path: tuple[Any, ...], odd: Any) -> Any:
    tree = deepcopy(tree)
    inner = tree
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = odd
    return tree


def steps_of(kind: str) -> dict[str, Any]:
    if kind == "LLC":
        return {**an_llc(), "ACCREDITATION": OWNED}
    return {**a_persons_answers(), "ACCREDITATION": CLAIM, "AGREEMENTS": SIGNED}


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("kind", ["INDIVIDUAL", "LLC"])
def test_odd_input_anywhere_is_refused_with_reasons(kind: str, what: str) -> None:
    browser = Browser()
    browser.begin(kind)
    for step, answers in steps_of(kind).items():
        # One place of a step at a time would be hundreds of requests: all of them at once.
        bad = answers
        for path in leaves(answers):
            bad = spoiled(bad, path, ODD[what])
        response = browser.put(
            f"{browser.at}/steps/{step}", data={"answers": bad}, content_type="application/json"
        )
        assert response.status_code in (413, 422), (step, response.content)
        error = response.json()["error"]
        assert response.status_code == 413 or (error["reasons"] and error["field"]), step
    assert not StepAnswers.objects.exists() and not Identity.objects.exists()
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{}", b'{"answers": {}, "more": 1}', b'{"answers": {"a":1,"a":2}}', b"\xff"]
)
def test_what_is_no_answer_is_malformed(body: bytes) -> None:
    browser = Browser()
    browser.begin()
    response = browser.put(f"{browser.at}/steps/IDENTITY", data=body, content_type="application/json")
    assert response.status_code == 400
    assert not StepAnswers.objects.exists()


def test_more_people_than_anybody_has_are_not_read() -> None:
    browser = Browser()
    browser.begin("LLC")
    owners = {"people": [{}] * 200, "nobody_owns_25": False}
    error = browser.put_answers("OWNERS", owners, status=422)["error"]
    assert [reason["code"] for reason in error["reasons"]][:1] == ["HOW_MANY"]
