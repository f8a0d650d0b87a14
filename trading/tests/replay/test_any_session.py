"""Whatever an exchange does and however little of it the files show, the books must agree."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trading.engine import Side
from trading.tests.replay.exchange import Exchange
from trading.tests.replay.paper import replay

sides = st.sampled_from(list(Side))
prices = st.integers(90, 110)
quantities = st.sampled_from([1, 10, 10, 25, 60])
acts = st.one_of(
    st.tuples(st.just("submit"), sides, prices, quantities),
    st.tuples(st.just("cancel"), st.integers(0, 10**6), st.sampled_from([0, 0, 5])),
    st.tuples(st.just("hidden"), sides, prices),
    st.tuples(st.sampled_from(["halt", "resume"])),
)


def play(exchange: Exchange, act: tuple[Any, ...]) -> None:
    match act:
        case "submit", side, price, qty:
            exchange.submit(side, price, qty)
        case "cancel", number, keep if exchange.working:
            exchange.cancel(exchange.working[number % len(exchange.working)], keep=keep)
        case "hidden", side, price:
            exchange.hidden_execution(price, side)
        case ("halt",):
            exchange.halt()
        case ("resume",):
            exchange.resume()


@given(
    depth=st.integers(1, 4), before=st.lists(acts, max_size=30), seen=st.lists(acts, min_size=10, max_size=80)
)
def test_the_books_agree_after_every_message(
    depth: int, before: list[tuple[Any, ...]], seen: list[tuple[Any, ...]]
) -> None:
    exchange = Exchange(depth)
    for act in before:
        play(exchange, act)
    exchange.start()
    for act in [*seen, ("resume",)]:
        play(exchange, act)
    replayed = replay(exchange.messages, exchange.books)
    assert replayed.rejected == []
    assert replayed.check.mismatches == []
    assert replayed.check.odd == []
    assert replayed.counts.left_in_halt == 0
