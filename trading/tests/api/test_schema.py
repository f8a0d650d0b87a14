"""The published contract. That answers keep to it, ContractClient sees to in every test of the API."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator, ValidationError

from config import env
from trading.models import Instruction
from trading.tests.api.contract import ContractClient, operations, schema, validator
from trading.tests.api.venue import Venue

COMMITTED = env.BASE_DIR / "frontend" / "openapi.json"
REGENERATE = "python manage.py spectacular --format openapi-json --file frontend/openapi.json"
OPERATIONS = [(method, path, item) for path, i in schema()["paths"].items() for method, item in i.items()]


def test_the_schema_has_no_warnings_and_the_committed_one_is_fresh() -> None:
    written = io.StringIO()
    call_command(
        "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", stdout=written
    )  # fmt: skip
    fresh = json.loads(written.getvalue())
    assert json.loads(COMMITTED.read_text()) == fresh, f"the API has changed: {REGENERATE}"


def test_its_schemas_are_json_schema() -> None:
    for name, component in schema()["components"]["schemas"].items():
        Draft202012Validator.check_schema(component)
        assert component.get("description", "") == "" or component["description"].endswith("."), name


@pytest.mark.parametrize(("method", "path", "item"), OPERATIONS)
def test_every_operation_says_what_it_is_for(method: str, path: str, item: dict[str, Any]) -> None:
    assert item["description"].endswith(".")
    assert item["description"].startswith(item["summary"]) and len(item["summary"]) < 70
    assert item["tags"][0] in {tag["name"] for tag in schema()["tags"]}
    for parameter in item.get("parameters", []):
        assert parameter["in"] == "path" or parameter["description"].endswith("."), parameter
    statuses = set(item["responses"])
    assert ("security" in item) == ("401" in statuses)
    if "{" in path:
        assert "404" in statuses
    if method == "post":
        assert {"400", "403", "413", "415"} <= statuses


def test_every_example_would_be_understood(venue: Venue, owner: ContractClient) -> None:
    examples = 0
    names = {"order_id": venue.bid.pk, "settlement_id": Instruction.objects.get().pk}
    for method, path, item in OPERATIONS:
        content = item.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            body = example["value"]
            validator(content["schema"]["$ref"].rsplit("/", 1)[-1]).validate(body)
            body |= {"account": venue.account.pk} if "account" in body else {}
            send = getattr(owner, method)
            response = send(path.format(**names), json.dumps(body), content_type="application/json")
            assert response.status_code in (200, 201, 202, 404, 409, 422), response.content
            examples += 1
    assert examples >= 6


def test_the_contract_is_checked_in_earnest(owner: ContractClient) -> None:
    """A field too many, one too few, a number for a string, a naive time: each is noticed."""
    good = owner.get("/api/v1/listings/ACME/book").json()
    shape = validator("BookShape")
    shape.validate(good)
    without_seq = {name: value for name, value in good.items() if name != "seq"}
    for bad in (
        good | {"more": 1},
        without_seq,
        good | {"bids": [[12.5, "1", 1]]},
        good | {"bids": [["1", "1"]]},
    ):
        with pytest.raises(ValidationError):
            shape.validate(bad)
    now = owner.get("/api/v1/session").json()
    with pytest.raises(ValidationError):
        validator("SessionShape").validate(now | {"now": "2026-11-23T15:00:00+00:00"})


def test_market_data_keeps_to_it_at_every_interval_and_depth(owner: ContractClient) -> None:
    for interval in ("1m", "5m", "15m", "1h", "1d"):
        [candle] = owner.get(f"/api/v1/listings/ACME/candles?interval={interval}").json()["results"]
        assert (candle["open"], candle["close"], candle["volume"]) == ("12.50", "12.50", "10")
    book = owner.get("/api/v1/listings/ACME/book?depth=1").json()
    assert (book["bids"], book["asks"]) == ([["12.00", "40", 1]], [["12.50", "20", 1]])
    [trade] = owner.get("/api/v1/listings/ACME/trades?limit=1").json()["results"]
    assert owner.get(f"/api/v1/listings/ACME/trades?before={trade['trade_id']}").json()["results"] == []
    [acme, grit] = owner.get("/api/v1/listings").json()["results"]
    assert acme == owner.get("/api/v1/listings/ACME").json()
    assert (
        acme["stats"] | {"bid_px": "12.00", "ask_px": "12.50", "last_px": "12.50", "volume": "10"}
        == acme["stats"]
    )
    assert {name for name, value in grit["stats"].items() if value is not None} == {"volume"}


def test_money_is_never_a_number() -> None:
    """No floating-point value anywhere, and whole numbers only for what is counted."""
    numbers = re.compile(r"_(px|qty|size|price)$|amount|cash|fees|settled|held|notional")
    for name, component in schema()["components"]["schemas"].items():
        for field, kind in component.get("properties", {}).items():
            assert kind.get("type") != "number", (name, field)
            assert not (kind.get("type") == "integer" and numbers.search(field)), (name, field)
    assert len(operations()) == len(OPERATIONS)
