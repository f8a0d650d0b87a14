"""The public yardstick, in small: its stream of messages, and our reports against an obvious book's."""

import hashlib
from collections.abc import Iterator

import pytest

from bench import flow, yardstick
from bench.flow import Kind, Message
from bench.reference import Fill, ReferenceBook

# Of what the public generator writes for 1,000 orders: kind, order, side, price, quantity, immediate.
STREAMS = {
    "static": "90b9a5d58aa652cd6e36afa0bd1cb1870fa636071b48f82e3917ffea82adfdd3",
    "normal": "dbc8f17a15967c9b9d1b6b582a582b1f179550b7bed9bf1d5640d6c532e80035",
    "flash-crash": "decbaa29815812a8ad48e38f91787deedeb54d3434410e4ba03a0997bb7160b8",
}


@pytest.mark.parametrize("scenario", STREAMS)
def test_the_flow_is_the_public_generators(scenario: str) -> None:
    lines = [
        f"{m.kind:d},{m.order_id},{m.is_sell:d},{m.price},{m.qty},{m.immediate:d}"
        for m in flow.messages(scenario, count=1_000)
    ]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == STREAMS[scenario]


@pytest.mark.parametrize("scenario", flow.SCENARIOS)
def test_our_reports_are_those_of_the_obvious_book(scenario: str) -> None:
    messages = list(flow.messages(scenario, count=1_500))
    market, reports = yardstick.open_market(), yardstick.Reports()
    ours = [
        line
        for message in messages
        for line in reports.lines(market.apply(yardstick.command_of(message, market)))
    ]
    theirs = [line for lines in reference_reports(messages) for line in lines]
    assert ours == theirs
    kinds = {line[0] for line in ours}
    assert kinds >= set("02345"), "the sample shows all there is to report"
    assert "1" in kinds or scenario == "static", "where the mid stands still there is next to no trade"


def test_the_digest_is_of_the_joined_lines() -> None:
    messages = list(flow.messages("normal", count=200))
    text = "\n".join(line for lines in reference_reports(messages) for line in lines)
    outcome = yardstick.run(iter(messages))
    assert outcome.messages == len(messages)
    assert outcome.digest == hashlib.sha256(text.encode()).hexdigest()


def reference_reports(messages: list[Message]) -> Iterator[list[str]]:
    book = ReferenceBook()
    for number, (kind, order_id, is_sell, price, qty, immediate) in enumerate(messages):
        terms = f"{is_sell:d},{order_id},{price},{qty}"
        if kind is Kind.NEW:
            fills = book.new(order_id, is_sell, price, qty, immediate=immediate)
            rest = immediate and sum(fill.qty for fill in fills) < qty
            canceled = [f"2,{number},{is_sell:d},{order_id},{price}"] if rest else []
            yield [f"0,{number},{terms}", *trades(number, fills), *canceled]
            continue
        waiting = book.cancel(order_id)
        if waiting is None:
            yield [f"{4 if kind is Kind.CANCEL else 5},{number},{order_id}"]
        elif kind is Kind.CANCEL:
            yield [f"2,{number},{waiting.is_sell:d},{order_id},{waiting.price}"]
        else:
            yield [*trades(number, book.new(order_id, is_sell, price, qty)), f"3,{number},{terms}"]


def trades(number: int, fills: list[Fill]) -> list[str]:
    return [f"1,{number},{fill.price},{fill.qty},{fill.maker_id},{fill.taker_id}" for fill in fills]
