"""Bad input gets a 4xx with a code, whatever it is, and changes nothing. Never a 5xx: the client raises."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api.parsers import MAX_BODY
from portal.tests.factories import a_user
from trading.engine import OrdType, PostOnly, SelfTrade, Side, TimeInForce
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, everything, signed_in
from trading.tests.factories import a_cl_ord_id

if TYPE_CHECKING:
    from trading.tests.api.contract import Answer

NOT_TEXT: list[Any] = [None, True, False, 1.5, ["x"], [], {}, {"x": 1}]
NOT_NUMBERS: list[Any] = [
    "NaN", "Infinity", "-Infinity", "1e5", "1E5", "", " ", " 10", "10 ", "10\n", "1,000", "0x10",
    "1_000", "+10",
    ".5", "10.", "--1", "-10", "-0.01", "1.2.3", "ten", "١٢", "１２", "²", "10\u0000", "\ud800", "½",
    "9" * 60,
    0.5, 10.0, 1e300, True, False, ["10"], {"amount": "10"}, -10,
]  # fmt: skip
ZEROS: list[Any] = ["0", "0.00", "0" * 30, 0]
NOT_IDS: list[Any] = [
    None, "", " ", "x", "-1", "1.0", "1e5", "١٢", "9" * 19, "9" * 60, 10**30, -1, 1.0, True, [], {},
    "1\u0000",
]  # fmt: skip
NOT_CL_ORD_IDS: list[Any] = [
    *NOT_TEXT, 12, "", " ", "a b", "a\n", "x" * 65, "x" * 10_000, "a/b", "é", "١٢", "a\u0000", "\ud800",
    "<b>",
]  # fmt: skip
NOT_SYMBOLS: list[Any] = [
    *NOT_TEXT, 5, "", " ", "NOPE", "acme", " ACME", "ACME ", "ACME\u0000", "\u0000", "\ud800", "ÄCME",
    "A" * 13,
    "A" * 5000, "../ACME", "ACME/book",
]  # fmt: skip
NOT_CHOICES: list[Any] = [*NOT_TEXT, 1, "", "buy", "BUY ", "B", "HOLD", "\u0000", "\ud800", "x" * 10_000]
NOT_BODIES: list[str | bytes] = [
    "", " ", "{", "nonsense", "null", "true", "12", '"text"', "[]", "[1, 2]", "{}", "NaN", "\ufeff{}",
    "{'a': 1}",
    b"\xff\xfe\x00", b"\x80abc", "[" * 100_000, '{"a":' * 100_000, '{"a": 1' + "0" * 5000 + "}",
    " " * (MAX_BODY + 1), "x" * 3_000_000,
]  # fmt: skip


def bad_orders(venue: Venue) -> Iterator[dict[str, Any]]:
    for field in ("account", "cl_ord_id", "symbol", "side", "ord_type", "time_in_force", "order_qty"):
        yield {k: v for k, v in venue.order().items() if k != field}
    for field, values in {
        "account": NOT_IDS,
        "cl_ord_id": NOT_CL_ORD_IDS,
        "symbol": NOT_SYMBOLS,
        "side": NOT_CHOICES,
        "ord_type": [*NOT_CHOICES, "STOP"],
        "time_in_force": [*NOT_CHOICES, "GTD"],
        "order_qty": [None, *NOT_NUMBERS, *ZEROS, "10.5", "0.1", "10." + "0" * 39 + "1", 10**30, "9" * 40],
        "price": [*NOT_NUMBERS, *ZEROS, "12.001", "12.50000000000000000001", 10**30, "9" * 40],
    }.items():
        for value in values:
            yield venue.order(**{field: value})
    yield venue.order(order_qty="15", price="12.00", symbol="GRIT")  # lots of 10
    yield venue.order(order_qty="10", price="12.01", symbol="GRIT")  # ticks of 0.05
    yield venue.order(price=None)  # a limit order without a limit
    yield {k: v for k, v in venue.order().items() if k != "price"}
    yield venue.order(ord_type="MARKET", time_in_force="IOC")  # a market order with one
    yield venue.order(ord_type="MARKET", price=None)  # and one that would rest
    yield venue.order(ord_type="MARKET", time_in_force="GTC", price=None)
    yield venue.order(protection="1.00")
    yield venue.order(hold=0, leaves_qty="0")
    yield venue.order(**{"\ud800": 1})
    yield venue.order(**{"x" * 10_000: 1})


def bad_cancels(venue: Venue) -> Iterator[dict[str, Any]]:
    yield {}
    for value in NOT_CL_ORD_IDS:
        yield {"cl_ord_id": value}
    yield {"cl_ord_id": a_cl_ord_id(), "order_qty": "10"}


def bad_replaces(venue: Venue) -> Iterator[dict[str, Any]]:
    good = {"cl_ord_id": "r1", "order_qty": "20", "price": "12.00"}
    for field in good:
        yield {k: v for k, v in good.items() if k != field}
    for value in NOT_CL_ORD_IDS:
        yield good | {"cl_ord_id": value}
    for value in [None, *NOT_NUMBERS, *ZEROS, "20.5", 10**30]:
        yield good | {"order_qty": value}
    for value in [None, *NOT_NUMBERS, *ZEROS, "12.001", 10**30]:
        yield good | {"price": value}
    yield good | {"side": "SELL"}


POSTS: dict[str, tuple[str, Callable[[Venue], Iterator[dict[str, Any]]]]] = {
    "enter": ("/api/v1/orders", bad_orders),
    "preview": ("/api/v1/orders/preview", bad_orders),
    "cancel": ("/api/v1/orders/{bid}/cancel", bad_cancels),
    "replace": ("/api/v1/orders/{bid}/replace", bad_replaces),
}


@pytest.fixture(params=POSTS)
def post(request: pytest.FixtureRequest, venue: Venue) -> tuple[str, list[dict[str, Any]]]:
    """Each address that takes a body, with bodies it must not take."""
    path, bodies = POSTS[request.param]
    return path.format(bid=venue.bid.pk), list(bodies(venue))


def malformed(response: "Answer", case: object) -> bool:
    assert response.status_code in (400, 404, 413), f"{case!r:.300}: {response.content!r:.300}"
    return bool(code(response)) and len(response.content) < 1000


def test_every_field_is_checked(owner: ContractClient, post: tuple[str, list[dict[str, Any]]]) -> None:
    path, bodies = post
    before = everything()
    for body in bodies:
        assert malformed(owner.send(path, body), body)
    assert everything() == before


def test_a_body_that_is_no_json_object(owner: ContractClient, post: tuple[str, list[dict[str, Any]]]) -> None:
    path, _ = post
    before = everything()
    for body in NOT_BODIES:
        assert malformed(owner.send(path, body), body)
    assert everything() == before


def test_a_name_that_comes_twice(venue: Venue, owner: ContractClient) -> None:
    body = json.dumps(venue.order(order_qty="10"))[:-1] + ', "order_qty": "500"}'
    before = everything()
    assert code(owner.send("/api/v1/orders", body)) == "MALFORMED"
    assert everything() == before


def test_json_is_utf8_whatever_charset_is_claimed(venue: Venue, owner: ContractClient) -> None:
    for charset in ("utf-16", "utf-7", "rot13", "hex", "zlib", "base64", "idna", "undefined", "nonsense", ""):
        kind = f"application/json; charset={charset}"
        taken = owner.generic("POST", "/api/v1/orders", json.dumps(venue.order()), kind)
        assert taken.status_code == 202, charset
        assert code(owner.generic("POST", "/api/v1/orders", "\x00x", kind)) == "MALFORMED"


CONTENT_TYPES = [
    "", "text/plain", "text/json", "multipart/form-data", "multipart/form-data; boundary=x", "nonsense",
    "application/x-www-form-urlencoded", "application/xml", "application/json/json", "\u00e9/x",
]  # fmt: skip


def test_another_content_type(
    owner: ContractClient, venue: Venue, post: tuple[str, list[dict[str, Any]]]
) -> None:
    path, _ = post
    before = everything()
    for content_type in CONTENT_TYPES:
        response = owner.generic("POST", path, json.dumps(venue.order()), content_type)
        assert response.status_code in (400, 415), content_type
        assert code(response) in ("UNSUPPORTED_MEDIA_TYPE", "MALFORMED")
    assert everything() == before


def test_without_a_csrf_token(venue: Venue, post: tuple[str, list[dict[str, Any]]]) -> None:
    path, _ = post
    client = ContractClient(enforce_csrf_checks=True)
    client.force_login(venue.owner)
    before = everything()
    for headers in ({}, {"X-CSRFToken": ""}, {"X-CSRFToken": "x" * 64}, {"X-CSRFToken": "é"}):
        response = client.send(path, venue.order(), headers=headers)
        assert response.status_code == 403
        assert code(response) == "CSRF_FAILED"
    assert everything() == before


def test_a_token_makes_it_pass(venue: Venue) -> None:
    client = ContractClient(enforce_csrf_checks=True)
    client.force_login(venue.owner)
    token = client.get("/api/v1/session").cookies["csrftoken"].value
    response = client.send("/api/v1/orders", venue.order(), headers={"X-CSRFToken": token})
    assert response.status_code == 202


def test_another_method(owner: ContractClient, venue: Venue) -> None:
    before = everything()
    for path, allowed in {
        "/api/v1/session": ["GET"],
        "/api/v1/listings": ["GET"],
        "/api/v1/listings/ACME/book": ["GET"],
        "/api/v1/orders": ["GET", "POST"],
        "/api/v1/orders/preview": ["POST"],
        f"/api/v1/orders/{venue.bid.pk}": ["GET"],
        f"/api/v1/orders/{venue.bid.pk}/cancel": ["POST"],
        "/api/v1/balances": ["GET"],
    }.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - set(allowed):
            response = owner.generic(method, path, "{}", "application/json")
            assert response.status_code == 405, (method, path)
            assert code(response) == "METHOD_NOT_ALLOWED"
    assert everything() == before


def test_another_representation(owner: ContractClient) -> None:
    response = owner.get("/api/v1/listings", headers={"Accept": "text/csv"})
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")


BAD_QUERIES = {
    "/api/v1/orders": [
        "account=", "account=x", "account=-1", "account=1.0", "account=%00", "account=%D9%A1",
        "account=9999999999",
        f"account={'9' * 18}", f"account={'9' * 19}", f"account={'9' * 5000}", "account=%ff",
        "account=1&account=x",
        "working=", "working=1", "working=True", "working=%00",
        "symbol=", "symbol=NOPE", "symbol=%00", "symbol=acme", "symbol=" + "A" * 5000, "symbol=%ff%fe",
        "cursor=", "cursor=x", "cursor=-1", "cursor=%00", "cursor=%D9%A1", f"cursor={'9' * 19}", "cursor=1.5",
    ],
    "/api/v1/executions": ["account=0", "symbol=NOPE", "symbol=%00", "cursor=x", f"cursor={'9' * 19}"],
    "/api/v1/balances": ["account=0", "account=%00"],
    "/api/v1/refusals": ["account=0", "account=%00"],
    "/api/v1/listings/ACME/book": [
        "depth=", "depth=0", "depth=-1", "depth=201", "depth=1e2", "depth=%D9%A1", "depth=%00", "depth=5.0",
        f"depth={'9' * 5000}",
    ],
    "/api/v1/listings/ACME/trades": ["limit=0", "limit=1001", "limit=x", "before=x", "before=0",
    f"before={9**99}"],
    "/api/v1/listings/ACME/candles": ["interval=", "interval=2m", "interval=%00", "limit=0", "limit=1001"],
}  # fmt: skip


def test_bad_query_parameters(owner: ContractClient) -> None:
    for path, queries in BAD_QUERIES.items():
        for query in queries:
            assert malformed(owner.get(f"{path}?{query}"), query)


def test_the_highest_number_that_can_be_asked_for(owner: ContractClient) -> None:
    assert owner.get(f"/api/v1/orders?cursor={'9' * 18}").status_code == 200
    for name in ("trades", "auctions"):
        assert owner.get(f"/api/v1/listings/ACME/{name}?before={2**63 - 1}").status_code == 200
        assert malformed(owner.get(f"/api/v1/listings/ACME/{name}?before={2**63}"), name)


READ = [
    "session", "listings", "listings/ACME", "listings/ACME/book", "listings/ACME/trades",
    "listings/ACME/auctions", "listings/ACME/schedule", "listings/ACME/candles", "orders", "executions",
    "balances", "refusals", "fees",
]  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_a_misspelt_parameter_does_not_pass_for_one_left_out(owner: ContractClient, path: str) -> None:
    response = owner.get(f"/api/v1/{path}?limits=3")
    assert (response.status_code, code(response)) == (400, "UNKNOWN_PARAMETER")


def test_a_parameter_is_said_once(owner: ContractClient) -> None:
    response = owner.get("/api/v1/listings/ACME/trades?limit=2&limit=3")
    assert (response.status_code, code(response)) == (400, "GIVEN_TWICE")


@pytest.mark.parametrize(
    "path",
    [
        "", "x", "orders/", "orders//", "orders/x", "orders/-1", "orders/1.0", "orders/%D9%A1", "orders/%00",
        f"orders/{2**63}", f"orders/{10**30}", f"orders/{'9' * 5000}", "orders/0", "orders/0/cancel/",
        "session/",
        "orders/1/fill", "orders/1/../2", "listings/NOPE", "listings/NOPE/book", "listings/acme",
        "listings/%00",
        "listings/AC%00ME", "listings/A%2FB", "listings//book", "listings/%ff", "listings/%F0%9F%92%A9",
        f"listings/{'A' * 5000}", "listings/ACME/", "listings/ACME/nope", "listings/%2e%2e/ACME",
        "listings/'; DROP TABLE trading_order", "listings/ACME%20", "%2e%2e/session", "../../etc/passwd",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(db: None, path: str) -> None:
    response = signed_in(a_user(password=None)).get(f"/api/v1/{path}")
    assert (response.status_code, code(response)) == (404, "NOT_FOUND")
    assert response["Content-Type"] == "application/json"


def test_orders_that_cannot_be_there(owner: ContractClient) -> None:
    before = everything()
    body = {"cl_ord_id": "c1", "order_qty": "1", "price": "1"}
    for order_id in ("0", 2**63 - 1, 2**63, 10**30, "9" * 5000):
        for verb in ("cancel", "replace"):
            response = owner.send(f"/api/v1/orders/{order_id}/{verb}", body)
            assert (response.status_code, code(response)) == (404, "NOT_FOUND")
    assert everything() == before


def test_someone_elses_account_or_order_is_not_there(venue: Venue, owner: ContractClient) -> None:
    before = everything()
    theirs = venue.order(account=str(venue.strangers.pk))
    for path in ("/api/v1/orders", "/api/v1/orders/preview"):
        assert owner.send(path, theirs).status_code == 404
    ask = f"/api/v1/orders/{venue.ask.pk}"
    assert owner.get(ask).status_code == 404
    assert owner.send(f"{ask}/cancel", {"cl_ord_id": "c1"}).status_code == 404
    replace = {"cl_ord_id": "c2", "order_qty": "10", "price": "12.50"}
    assert owner.send(f"{ask}/replace", replace).status_code == 404
    assert everything() == before


def test_an_anonymous_post_is_told_to_sign_in(venue: Venue, post: tuple[str, list[dict[str, Any]]]) -> None:
    path, _ = post
    before = everything()
    for body in (venue.order(), "nonsense"):
        response = signed_in().send(path, body)
        assert (response.status_code, code(response)) == (401, "NOT_SIGNED_IN")
    assert everything() == before


def test_an_order_too_large_is_refused_on_record(venue: Venue, owner: ContractClient) -> None:
    before = everything()
    response = owner.send("/api/v1/orders", venue.order(order_qty="10001"))
    assert (response.status_code, code(response)) == (422, "RISK-SIZE")
    after = everything()
    assert after["trading.Refusal"] == before["trading.Refusal"] + 1  # type: ignore[operator]
    for unchanged in ("Order rows", "Balance rows", "Sequence rows", "trading.Command"):
        assert after[unchanged] == before[unchanged]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["10", "12.00", "ACME", "1e9", "NaN", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
order_fields = {
    "cl_ord_id": st.from_regex(r"[a-z0-9]{1,64}", fullmatch=True),
    "symbol": st.sampled_from(["ACME", "GRIT"]),
    "side": st.sampled_from(list(Side)),
    "ord_type": st.sampled_from(list(OrdType)),
    "time_in_force": st.sampled_from(list(TimeInForce)),
    "order_qty": st.integers(1, 10**6).map(str),
    "price": st.none() | st.decimals("0.01", 10**6, places=2).map(str),
}
more_fields = {
    "stop_px": order_fields["price"],
    "trail": order_fields["price"],
    "display_qty": order_fields["order_qty"],
    "min_qty": order_fields["order_qty"],
    "post_only": st.sampled_from(list(PostOnly)),
    "self_trade": st.sampled_from(list(SelfTrade)),
    "expire_date": st.dates(date(2026, 1, 1), date(2029, 1, 1)).map(str),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_sent_gets_an_answer_of_the_schema(
    venue: Venue, owner: ContractClient, data: st.DataObject
) -> None:
    """Good orders with any one field gone wrong, and the likeness between preview and entry."""
    good = data.draw(st.fixed_dictionaries(order_fields, optional=more_fields))
    names = [*order_fields, *more_fields]
    bad = data.draw(st.dictionaries(st.sampled_from(names), json_values, max_size=1))
    body = {"account": venue.account.pk} | good | bad
    preview, entered = (owner.send(path, body) for path in ("/api/v1/orders/preview", "/api/v1/orders"))
    if preview.status_code == 200:
        assert entered.status_code in ((202,) if preview.json()["allowed"] else (422,)) + (409,)
    else:
        assert entered.status_code == preview.status_code
