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
from trading import sessions, words
from trading.engine import OrdType, Phase, Side, TimeInForce
from trading.engine.bands import edges
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

    ``reference`` is the price the terms are judged against, where there is one: of a stop order that has a
    limit its ``stop_px``, of any other order the market.
    """

    account: Account
    listing: Listing
    market: MarketState
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None
    stop_px: int | None
    worst_price: int | None
    reference: int | None
    # It cannot wait for a call to end (PHAS-001).
    only_continuous: bool
    # A replace that takes quantity away and changes nothing else: less risk is taken whatever the market's
    # state and limits, as a cancel is, and the engine never refuses it either.
    only_reduces: bool
    expire_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """What is asked at settlement: may this account still deliver, or take, what it traded?"""

    account: Account
    listing: Listing
    side: Side


class Gate(Protocol):
    #: Which version of its rules decided; kept with the decision.
    rules: str

    # Those asked at settlement answer for parties too.
    def check(self, requests: Sequence[Any]) -> list[Decision]: ...


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


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict on what is taken or refused as a whole."""
    if len(verdicts) == 1:
        return verdicts[0]
    reasons = list[Reason]()
    for verdict in verdicts:
        reasons += [reason for reason in verdict.reasons if reason not in reasons]
    return Verdict(
        reasons=tuple(reasons),
        facts={name: fact for verdict in verdicts for name, fact in verdict.facts.items()},
        rules=verdicts[0].rules,
    )


def digest_of(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def _gates(paths: tuple[str, ...]) -> tuple[tuple[str, Gate], ...]:
    return tuple((path, import_string(path)()) for path in paths)


def ask(requests: Sequence[GateRequest]) -> list[Verdict]:
    """Ask every gate about every request; reasons come in the gates' order."""
    return _ask(settings.TRADING_GATES, requests)


def ask_of_settlement(parties: Sequence[Party]) -> list[Verdict]:
    """Ask again those gates whose facts may have changed since the order was entered."""
    return _ask(settings.SETTLEMENT_GATES, parties)


def _ask(paths: Sequence[str], requests: Sequence[GateRequest] | Sequence[Party]) -> list[Verdict]:
    gates = _gates(tuple(paths))
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
    """Is there a market to send this to? (docs/rules/phases.md; the engine has the last word.)"""

    rules = "2026-12"

    def check(self, requests: Sequence[GateRequest]) -> list[Decision]:
        return [Decision(reasons=tuple(self._reasons(request))) for request in requests]

    def _reasons(self, request: GateRequest) -> list[Reason]:
        market, symbol = request.market, request.listing.symbol
        if request.only_reduces:
            return []
        if market.fault_seq is not None:
            return [
                Reason(
                    code="MKT-FAULT",
                    message=f"Trading in {symbol} is stopped by a technical fault.",
                    next_step="Your open orders stand. The operator has been told; try again later.",
                )
            ]
        reasons = [
            *self._phase(request), *self._auction(request), *self._trigger(request), *self._band(request),
        ]  # fmt: skip
        if request.time_in_force in (TimeInForce.DAY, TimeInForce.GTD) and (
            request.expire_at is None or request.expire_at <= request.at
        ):
            reasons.append(
                Reason(
                    code="MKT-EXPIRED",
                    message="The day this order is good for is over.",
                    next_step="Enter it for a later day.",
                )
            )
        return reasons

    def _phase(self, request: GateRequest) -> list[Reason]:
        market, symbol = request.market, request.listing.symbol
        phase = Phase(market.state)
        ends_at = market.resume_at if phase == Phase.HALTED else market.phase_until
        if ends_at is not None and ends_at <= request.at:
            return []  # over, though nothing has told the engine yet (PHAS-003)
        if phase == Phase.HALTED:
            why = words.HALT_CODES.get(market.halt_code, market.halt_code).lower()
            note = f": {market.halt_note.rstrip('.')}" if market.halt_note else ""
            return [
                Reason(
                    code="MKT-HALT",
                    message=f"Trading in {symbol} is halted ({why}){note}.",
                    next_step="You may cancel open orders. New orders are taken again when trading resumes.",
                    facts={"since": market.halted_at.isoformat() if market.halted_at else None},
                    until=ends_at,
                )
            ]
        if phase == Phase.CLOSED:
            return [
                Reason(
                    code="MKT-CLOSED",
                    message=f"The market in {symbol} is closed.",
                    next_step="You may cancel open orders. New orders are taken again when it opens.",
                    until=ends_at,
                )
            ]
        if phase != Phase.CONTINUOUS and request.only_continuous:
            return [
                Reason(
                    code="MKT-PHASE",
                    message=f"{words.PHASES[phase]}: orders only gather now, and this one could not wait.",
                    next_step="Leave out what must happen at once, or enter it in continuous trading.",
                    until=ends_at,
                )
            ]
        return []

    def _auction(self, request: GateRequest) -> list[Reason]:
        if request.time_in_force not in (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
            return []
        if sessions.auction_ahead(request.listing, request.time_in_force, at=request.at):
            return []
        kind = "opening" if request.time_in_force == TimeInForce.AT_OPEN else "closing"
        return [
            Reason(
                code="MKT-NO-AUCTION",
                message=f"No {kind} auction is scheduled for {request.listing.symbol}.",
                next_step="Enter an order that need not wait for one.",
            )
        ]

    def _trigger(self, request: GateRequest) -> list[Reason]:
        """ORDT-027"""
        if request.stop_px is None or sessions.trades_continuously(request.listing):
            return []
        return [
            Reason(
                code="MKT-NO-TRIGGER",
                message=f"{request.listing.symbol} trades in auctions only: nothing would trigger it.",
                next_step="Enter a limit order.",
            )
        ]

    def _band(self, request: GateRequest) -> list[Reason]:
        """Of a limit that arrives now, not once it is triggered (HALT-010)."""
        listing, price = request.listing, request.price
        band = edges(request.market.reference_px, listing.static_band_bps)
        if band is None or price is None or request.stop_px is not None:
            return []
        lowest, highest = band
        if price <= highest if request.side == Side.BUY else price >= lowest:
            return []
        furthest, way = (highest, "highest") if request.side == Side.BUY else (lowest, "lowest")
        return [
            Reason(
                code="MKT-BAND",
                message=(
                    f"{words.price(listing, price)} lies outside the price band, "
                    f"{words.price(listing, lowest)} to {words.price(listing, highest)}."
                ),
                next_step=f"The {way} price taken now is {words.price(listing, furthest)}.",
            )
        ]


class SanityGate:
    """Erroneous size and price (HALT-020), and an account's own limit on them (HALT-021)."""

    rules = "2026-12"
    citation = "17 CFR 240.15c3-5(c)(1)(ii)"

    def check(self, requests: Sequence[GateRequest]) -> list[Decision]:
        return [
            Decision(reasons=() if request.only_reduces else tuple(self._reasons(request)))
            for request in requests
        ]

    def _reasons(self, request: GateRequest) -> list[Reason]:
        listing, reasons = request.listing, list[Reason]()
        if request.order_qty > listing.max_order_qty:
            reasons.append(
                self._reason(
                    "RISK-SIZE",
                    f"One order may be for {words.quantity(listing, listing.max_order_qty)} at most.",
                    "Enter a smaller quantity.",
                )
            )
        worst = request.worst_price
        if worst is None:
            reasons.append(self._nothing_to_protect_by(request.ord_type))
            return reasons
        if (request.stop_px is not None and request.stop_px < 1) or worst < 1:
            reasons.append(
                self._reason(
                    "RISK-PRICE", "That far from the market no price is left.", "Enter a smaller trail."
                )
            )
            return reasons
        if max(worst, request.stop_px or 0) > listing.max_price:
            reasons.append(
                self._reason(
                    "RISK-PRICE",
                    f"The highest price taken is {words.price(listing, listing.max_price)}.",
                    "Enter a lower price.",
                )
            )
            return reasons
        value, its_own = listing.cents(worst * request.order_qty), request.account.max_order_cents
        if its_own is not None and its_own < min(value, listing.max_order_cents):
            reasons.append(
                self._reason(
                    "RISK-VALUE",
                    f"One order of this account may be worth {words.cash(its_own)} at most.",
                    "Enter a smaller quantity.",
                )
            )
        elif value > listing.max_order_cents:
            reasons.append(
                self._reason(
                    "RISK-VALUE",
                    f"One order may be worth {words.cash(listing.max_order_cents)} at most.",
                    "Enter a smaller quantity.",
                )
            )
        return [*reasons, *self._stop(request), *self._distance(request)]

    def _stop(self, request: GateRequest) -> list[Reason]:
        """Of a stop price on the wrong side of the market: it would be triggered at once."""
        listing, stop_px, last_px = request.listing, request.stop_px, request.market.last_px
        if stop_px is None or last_px is None:
            return []
        buys = request.side == Side.BUY
        collar = protection_price(listing, Side.SELL if buys else Side.BUY, last_px)
        if stop_px >= collar if buys else stop_px <= collar:
            return []
        where, furthest = ("below", "lowest") if buys else ("above", "highest")
        return [
            self._reason(
                "RISK-PRICE",
                f"The stop price, {words.price(listing, stop_px)}, is more than "
                f"{words.collar(listing.protection_bps)} {where} the last trade, at "
                f"{words.price(listing, last_px)}: it would be met at once.",
                f"The {furthest} stop price taken now is {words.price(listing, collar)}.",
            )
        ]

    def _distance(self, request: GateRequest) -> list[Reason]:
        """Of a limit through the market; one away from it may rest anywhere."""
        listing, price, reference = request.listing, request.price, request.reference
        if price is None or reference is None:
            return []
        collar = protection_price(listing, request.side, reference)
        if price <= collar if request.side == Side.BUY else price >= collar:
            return []
        what = "through the market at" if request.stop_px is None else "through its stop price,"
        return [
            self._reason(
                "RISK-PRICE",
                f"{words.price(listing, price)} is more than {words.collar(listing.protection_bps)} "
                f"{what} {words.price(listing, reference)}.",
                f"The furthest price taken now is {words.price(listing, collar)}.",
            )
        ]

    def _nothing_to_protect_by(self, ord_type: OrdType) -> Reason:
        message = "No price to protect a market order by: nobody quotes and nothing has traded."
        if ord_type == OrdType.TRAILING_STOP:
            message = "Nothing has traded yet: there is no price to trail."
        return Reason(code="MKT-NO-PRICE", message=message, next_step="Enter a limit order.")

    def _reason(self, code: str, message: str, next_step: str) -> Reason:
        return Reason(code=code, message=message, citation=self.citation, next_step=next_step)


def protection_price(listing: Listing, side: Side, reference: int) -> int:
    """The worst price an order may trade at, from the reference outwards; in ticks, at least one."""
    distance = reference * listing.protection_bps // 10_000
    return reference + distance if side == Side.BUY else max(1, reference - distance)
