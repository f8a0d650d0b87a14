import random

from hypothesis import given
from hypothesis import strategies as st

from trading.demo import ladder
from trading.engine import Side
from trading.models import Order

styles = st.builds(
    ladder.Style,
    grid=st.integers(1, 10),
    distance=st.integers(1, 500),
    levels=st.integers(1, 6),
    usd=st.just(1000),
)
fairs = st.integers(1, 10_000 * ladder.FINE)


@given(style=styles, fair=fairs)
def test_bids_lie_below_the_fair_value_and_asks_above_it(style: ladder.Style, fair: int) -> None:
    wanted = ladder.prices(style, fair)

    assert all(0 < price * ladder.FINE <= fair - style.distance for price in wanted[Side.BUY])
    assert all(price * ladder.FINE >= fair + style.distance for price in wanted[Side.SELL])
    assert len(wanted[Side.SELL]) == style.levels


@given(two=st.tuples(styles, styles), before=fairs, after=fairs)
def test_no_quote_meets_another_while_the_ladders_move(
    two: tuple[ladder.Style, ladder.Style], before: int, after: int
) -> None:
    quotes = [
        Order(side=side, price=price)
        for style in two
        for side, prices in ladder.prices(style, before).items()
        for price in prices
    ]
    wanted = [ladder.prices(style, after) for style in two]

    for side in ladder.sides_in_order(quotes, wanted):
        work = ladder.changes(
            [order for order in quotes if order.side == side],
            [px for prices in wanted for px in prices[side]],
        )
        for order in work.surplus:
            quotes.remove(order)
        for order, price in work.moves:
            order.price = price
            assert not _crossed(quotes)
        for price in work.missing:
            quotes.append(Order(side=side, price=price))
            assert not _crossed(quotes)


def test_quotes_at_a_wanted_price_keep_their_place() -> None:
    quotes = [Order(side=Side.BUY, price=price) for price in (99, 98, 97)]

    work = ladder.changes(quotes, [100, 99, 98])

    assert work == ladder.Changes(moves=[(quotes[2], 100)], missing=[], surplus=[])


def test_the_fair_value_wanders_and_comes_back() -> None:
    rng, home = random.Random(3), 2500 * ladder.FINE
    fair, seen = home * 2, []
    for _ in range(20_000):
        fair = ladder.wander(fair, home=home, rng=rng)
        seen.append(fair)

    later = seen[5_000:]
    assert len(set(later)) > 1_000
    assert all(abs(fair - home) < home // 20 for fair in later)


def _crossed(quotes: list[Order]) -> bool:
    bids, asks = ([order.price or 0 for order in quotes if order.side == side] for side in Side)
    return bool(bids and asks) and max(bids) >= min(asks)
