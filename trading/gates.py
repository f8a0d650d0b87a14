"""Gates: what may refuse an order before it becomes a command.

A gate answers a batch of requests at once, from facts it gathers by sets, and never writes. Which gates
are asked, and in which order, is said in ``TRADING_GATES``; the app above this one adds its own that way.
Preview, entry, settlement and the operators' what-if ask the same gates.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.models import Account
from trading import words
from trading.engine import OrdType, Phase, Side
from trading.models import Listing, MarketState


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a code for machines, a sentence for people, the rule, the facts and the way on."""

    code: str
    message: str
    citation: str = ""
    next_step: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "citation": self.citation,
            "next_step": self.next_step,
            "facts": self.facts,
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """One gate's answer to one request."""

    reasons: tuple[Reason, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class GateRequest:
    """What is asked: may this account enter these terms? Prices in ticks, quantities in lots.

    ``reference`` is the price the terms are judged against, where there is one.
    """

    account: Account
    listing: Listing
    market: MarketState
    side: Side
    ord_type: OrdType
    order_qty: int
    price: int | None
    worst_price: int | None
    reference: int | None
    # A replace that takes quantity away and changes nothing else: less risk is taken whatever the market's
    # state and limits, as a cancel is, and the engine never refuses it either.
    only_reduces: bool
    at: datetime


class Gate(Protocol):
    #: Which version of its rules decided; kept with the decision.
    rules: str

    def check(self, requests: Sequence[GateRequest]) -> list[Decision]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """All gates' answers to one request."""

    reasons: tuple[Reason, ...]
    facts: dict[str, Any]
    rules: dict[str, str]

    @property
    def allowed(self) -> bool:
        return not self.reasons

    @property
    def facts_digest(self) -> str:
        return digest_of(self.facts)

    def as_json(self) -> dict[str, Any]:
        """The record of the decision: the facts by digest, for they are the same for many orders."""
        return {
            "allowed": self.allowed,
            "reasons": [reason.as_json() for reason in self.reasons],
            "facts": self.facts_digest,
            "rules": self.rules,
        }


def digest_of(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def _gates(paths: tuple[str, ...]) -> tuple[tuple[str, Gate], ...]:
    return tuple((path, import_string(path)()) for path in paths)


def ask(requests: Sequence[GateRequest]) -> list[Verdict]:
    """Ask every gate about every request; reasons come in the gates' order."""
    gates = _gates(tuple(settings.TRADING_GATES))
    answers = [gate.check(requests) for _, gate in gates]
    rules = {path.rsplit(".", 1)[-1]: gate.rules for path, gate in gates}
    verdicts = []
    for decisions in zip(*answers, strict=True):
        facts: dict[str, Any] = {}
        for decision in decisions:
            facts.update(decision.facts)
        verdicts.append(
            Verdict(
                reasons=tuple(reason for d in decisions for reason in d.reasons),
                facts=facts,
                rules=rules,
            )
        )
    return verdicts


class MarketGate:
    """Is there a market to send this to?"""

    rules = "2026-11"

    def check(self, requests: Sequence[GateRequest]) -> list[Decision]:
        return [Decision(reasons=self._reasons(request)) for request in requests]

    def _reasons(self, request: GateRequest) -> tuple[Reason, ...]:
        market = request.market
        if request.only_reduces:
            return ()
        if market.fault_seq is not None:
            return (
                Reason(
                    code="MKT-FAULT",
                    message=f"Trading in {request.listing.symbol} is stopped by a technical fault.",
                    next_step="Your open orders stand. The operator has been told; try again later.",
                ),
            )
        if market.state == Phase.HALTED:
            why = words.HALT_CODES.get(market.halt_code, market.halt_code).lower()
            note = f": {market.halt_note.rstrip('.')}" if market.halt_note else ""
            return (
                Reason(
                    code="MKT-HALT",
                    message=f"Trading in {request.listing.symbol} is halted ({why}){note}.",
                    next_step="You may cancel open orders. New orders are taken again when trading resumes.",
                    facts={"since": market.halted_at.isoformat() if market.halted_at else None},
                ),
            )
        return ()


class SanityGate:
    """Erroneous size and price (17 CFR 240.15c3-5(c)(1)(ii))."""

    rules = "2026-11"
    citation = "17 CFR 240.15c3-5(c)(1)(ii)"

    def check(self, requests: Sequence[GateRequest]) -> list[Decision]:
        return [Decision(reasons=tuple(self._reasons(request))) for request in requests]

    def _reasons(self, request: GateRequest) -> list[Reason]:
        listing, reasons = request.listing, list[Reason]()
        if request.only_reduces:
            return reasons
        if request.order_qty > listing.max_order_qty:
            reasons.append(
                Reason(
                    code="RISK-SIZE",
                    message=f"One order may be for {words.quantity(listing, listing.max_order_qty)} at most.",
                    citation=self.citation,
                    next_step="Enter a smaller quantity.",
                )
            )
        worst = request.worst_price
        if worst is None:
            reasons.append(
                Reason(
                    code="MKT-NO-PRICE",
                    message="No price to protect a market order by: nobody quotes and nothing has traded.",
                    next_step="Enter a limit order.",
                )
            )
            return reasons
        if worst > listing.max_price:
            reasons.append(
                Reason(
                    code="RISK-PRICE",
                    message=f"The highest price taken is {words.price(listing, listing.max_price)}.",
                    citation=self.citation,
                    next_step="Enter a lower price.",
                )
            )
            return reasons
        if listing.cents(worst * request.order_qty) > listing.max_order_cents:
            reasons.append(
                Reason(
                    code="RISK-VALUE",
                    message=f"One order may be worth {words.cash(listing.max_order_cents)} at most.",
                    citation=self.citation,
                    next_step="Enter a smaller quantity.",
                )
            )
        if request.ord_type == OrdType.LIMIT and request.reference is not None:
            collar = protection_price(listing, request.side, request.reference)
            beyond = worst > collar if request.side == Side.BUY else worst < collar
            if beyond:
                reasons.append(
                    Reason(
                        code="RISK-PRICE",
                        message=(
                            f"{words.price(listing, worst)} is more than "
                            f"{words.collar(listing.protection_bps)} through the market "
                            f"at {words.price(listing, request.reference)}."
                        ),
                        citation=self.citation,
                        next_step=f"The furthest price taken now is {words.price(listing, collar)}.",
                    )
                )
        return reasons


def protection_price(listing: Listing, side: Side, reference: int) -> int:
    """The worst price an order may trade at, from the reference outwards; in ticks, at least one."""
    distance = reference * listing.protection_bps // 10_000
    return reference + distance if side == Side.BUY else max(1, reference - distance)
