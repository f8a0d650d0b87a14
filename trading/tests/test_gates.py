"""Trading's own gates: each reason with its code, its sentence, its rule and a way on. No database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.models import Account
from trading import gates
from trading.engine import OrdType, Phase, Side, TimeInForce
from trading.gates import Decision, GateRequest, MarketGate, Reason, SanityGate
from trading.models import Listing, MarketState

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ERRONEOUS = "17 CFR 240.15c3-5(c)(1)(ii)"


def request(**changes: Any) -> GateRequest:
    """100 at 10.00, in a market that stands at 10.00; at most 1,000 tokens, 20.00 USD and 15,000.00 USD."""
    listing = Listing(
        symbol="ACME", tick_size=Decimal("0.01"), lot_size=Decimal(1), tick_lot_cents=1, max_order_qty=1000,
        max_order_cents=1_500_000, max_price=2000, protection_bps=500,
    )  # fmt: skip
    asked: dict[str, Any] = {
        "account": Account(number="A-1"), "listing": listing, "market": MarketState(), "side": Side.BUY,
        "ord_type": OrdType.LIMIT, "time_in_force": TimeInForce.GTC, "order_qty": 100, "price": 1000,
        "stop_px": None, "reference": 1000, "only_continuous": False, "only_reduces": False,
        "expire_at": None, "at": NOON,
    } | changes  # fmt: skip
    return GateRequest(**{"worst_price": asked["price"]} | asked)


def reasons(gate: gates.Gate, **changes: Any) -> list[Reason]:
    [decision] = gate.check([request(**changes)])
    return list(decision.reasons)


# --- The market ----------------------------------------------------------------------------------


def test_an_open_market_takes_orders() -> None:
    assert reasons(MarketGate()) == []


def halted(note: str) -> MarketState:
    return MarketState(
        state=Phase.HALTED, halt_code="NEWS_PENDING", halt_note=note, halted_at=NOON
    )  # fmt: skip


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("Merger talks.", "Trading in ACME is halted (news pending): Merger talks."),
        ("Merger talks", "Trading in ACME is halted (news pending): Merger talks."),
        ("", "Trading in ACME is halted (news pending)."),
    ],
)
def test_a_halted_market_says_why_and_what_may_be_done(note: str, sentence: str) -> None:
    assert reasons(MarketGate(), market=halted(note)) == [
        Reason(
            code="MKT-HALT",
            message=sentence,
            next_step="You may cancel open orders. New orders are taken again when trading resumes.",
            facts={"since": "2026-11-23T17:00:00+00:00"},
        )
    ]


FAULTED = MarketState(fault_seq=7, fault_text="ZeroDivisionError('secret')")


@pytest.mark.parametrize("market", [halted(""), FAULTED])
def test_less_of_an_order_is_taken_in_any_market(market: MarketState) -> None:
    assert reasons(MarketGate(), market=market, only_reduces=True) == []


def test_less_of_an_order_is_taken_under_limits_set_since() -> None:
    assert reasons(SanityGate(), order_qty=1001, price=2001, only_reduces=True) == []


def test_a_faulted_market_takes_no_orders() -> None:
    [reason] = reasons(MarketGate(), market=FAULTED)
    assert (reason.code, reason.message) == (
        "MKT-FAULT", "Trading in ACME is stopped by a technical fault.",
    )  # fmt: skip
    assert "try again" in reason.next_step and "secret" not in str(reason)


def banded(**changes: Any) -> list[Reason]:
    asked = request(market=MarketState(reference_px=1000), **changes)
    asked.listing.static_band_bps = 300
    [decision] = MarketGate().check([asked])
    return list(decision.reasons)


def test_a_limit_outside_the_static_band_is_refused_with_its_edges() -> None:
    """HALT-010: a buy above or a sell below; what is to be triggered first is judged then."""
    assert banded(price=1030) == banded(price=500) == banded(price=970, side=Side.SELL) == []
    assert banded(price=1031) == [
        Reason(
            code="MKT-BAND",
            message="10.31 USD lies outside the price band, 9.70 USD to 10.30 USD.",
            next_step="The highest price taken now is 10.30 USD.",
        )
    ]
    [reason] = banded(price=969, side=Side.SELL)
    assert reason.next_step == "The lowest price taken now is 9.70 USD."
    assert banded(price=1040, stop_px=1035, ord_type=OrdType.STOP_LIMIT) == []
    assert banded(price=1040, only_reduces=True) == []


# --- Erroneous orders ----------------------------------------------------------------------------


def test_an_ordinary_order_is_sane() -> None:
    assert reasons(SanityGate()) == []


def test_the_limits_themselves_are_allowed() -> None:
    assert reasons(SanityGate(), order_qty=1000) == []
    assert reasons(SanityGate(), order_qty=750, price=2000, reference=None) == []
    assert reasons(SanityGate(), price=1050) == []
    assert reasons(SanityGate(), side=Side.SELL, price=950) == []


@pytest.mark.parametrize(
    ("changes", "code", "sentence", "next_step"),
    [
        (
            {"order_qty": 1001},
            "RISK-SIZE", "One order may be for 1,000 ACME at most.", "Enter a smaller quantity.",
        ),
        (
            {"order_qty": 751, "price": 2000, "reference": None},
            "RISK-VALUE", "One order may be worth 15,000.00 USD at most.", "Enter a smaller quantity.",
        ),
        (
            {"price": 2001, "reference": None},
            "RISK-PRICE", "The highest price taken is 20.00 USD.", "Enter a lower price.",
        ),
        (
            {"price": 1051},
            "RISK-PRICE", "10.51 USD is more than 5 % through the market at 10.00 USD.",
            "The furthest price taken now is 10.50 USD.",
        ),
        (
            {"side": Side.SELL, "price": 949},
            "RISK-PRICE", "9.49 USD is more than 5 % through the market at 10.00 USD.",
            "The furthest price taken now is 9.50 USD.",
        ),
    ],
)  # fmt: skip
def test_an_erroneous_order_is_refused(
    changes: dict[str, Any], code: str, sentence: str, next_step: str
) -> None:
    assert reasons(SanityGate(), **changes) == [Reason(code, sentence, ERRONEOUS, next_step)]


def test_away_from_the_market_any_price_may_rest() -> None:
    assert reasons(SanityGate(), price=1) == []
    assert reasons(SanityGate(), side=Side.SELL, price=2000) == []


def test_a_stop_price_far_on_the_wrong_side_of_the_last_trade_is_refused() -> None:
    """HALT-020"""

    def stop(side: Side, stop_px: int) -> list[str]:
        asked = {"ord_type": OrdType.STOP, "price": None, "worst_price": stop_px, "reference": stop_px}
        market = MarketState(last_px=1000)
        return [r.message for r in reasons(SanityGate(), side=side, stop_px=stop_px, market=market, **asked)]

    assert stop(Side.BUY, 950) == stop(Side.BUY, 1900) == stop(Side.SELL, 1050) == stop(Side.SELL, 100) == []
    assert stop(Side.BUY, 949) == [
        "The stop price, 9.49 USD, is more than 5 % below the last trade, at 10.00 USD: "
        "it would be met at once."
    ]
    assert len(stop(Side.SELL, 1051)) == 1


def test_without_a_market_there_is_nothing_to_be_through() -> None:
    assert reasons(SanityGate(), price=1999, reference=None) == []


def test_a_market_order_is_judged_by_its_protection() -> None:
    market = {"ord_type": OrdType.MARKET, "price": None}
    assert reasons(SanityGate(), **market, worst_price=1050) == []
    [reason] = reasons(SanityGate(), **market, worst_price=2001, reference=1950)
    assert reason.code == "RISK-PRICE"


def test_a_market_order_without_any_price_is_refused() -> None:
    found = reasons(SanityGate(), ord_type=OrdType.MARKET, price=None, reference=None)
    assert [(reason.code, reason.next_step) for reason in found] == [("MKT-NO-PRICE", "Enter a limit order.")]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert [r.code for r in reasons(SanityGate(), order_qty=5000, price=1100)] == [
        "RISK-SIZE", "RISK-VALUE", "RISK-PRICE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("side", "reference", "bps", "expected"),
    [
        (Side.BUY, 1000, 500, 1050), (Side.SELL, 1000, 500, 950), (Side.BUY, 1249, 500, 1311),
        (Side.SELL, 1249, 500, 1187), (Side.BUY, 1, 500, 1), (Side.SELL, 1, 500, 1),
        (Side.SELL, 10, 10_000, 1), (Side.BUY, 2**53, 10_000, 2**54),
    ],
)  # fmt: skip
def test_protection_is_reckoned_in_whole_ticks(side: Side, reference: int, bps: int, expected: int) -> None:
    """Rounded towards the market, and never to nothing."""
    assert gates.protection_price(Listing(protection_bps=bps), side, reference) == expected


# --- Asking them all --------------------------------------------------------------------------------


class Allowing:
    rules = "1"

    def check(self, requests: Any) -> list[Decision]:
        return [Decision(facts={"qty": r.order_qty}) for r in requests]


class Refusing:
    rules = "2"

    def check(self, requests: Any) -> list[Decision]:
        return [
            Decision(reasons=(Reason("NO", "No."),)) if r.order_qty > 100 else Decision() for r in requests
        ]


@pytest.fixture
def two_gates(settings: Any) -> None:
    settings.TRADING_GATES = [f"{__name__}.Allowing", f"{__name__}.Refusing"]


def test_every_gate_is_asked_about_every_request(two_gates: None) -> None:
    allowed, refused = gates.ask([request(order_qty=100), request(order_qty=101)])
    assert allowed.allowed and not refused.allowed
    assert allowed.facts == {"qty": 100}
    assert [reason.code for reason in refused.reasons] == ["NO"]
    assert refused.rules == {"Allowing": "1", "Refusing": "2"}


def test_a_decision_is_recorded_with_the_digest_of_its_facts(two_gates: None) -> None:
    one, same, other = gates.ask([request(), request(), request(order_qty=99)])
    assert one.facts_digest == same.facts_digest != other.facts_digest
    assert one.as_json() == {
        "allowed": True, "reasons": [], "facts": gates.digest_of({"qty": 100}),
        "rules": {"Allowing": "1", "Refusing": "2"},
    }  # fmt: skip


def test_without_requests_there_are_no_verdicts(two_gates: None) -> None:
    assert gates.ask([]) == []
