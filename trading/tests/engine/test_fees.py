"""What an order pays: docs/rules/fees.md."""

from hypothesis import given
from hypothesis import strategies as st

from trading.engine import NOTHING_PAID, FeeTerms, Paid, Side, fee_of_execution, most_fee, required_hold

# 0.10 % for makers, 0.25 % for takers, 0.15 % in auctions.
RATES = FeeTerms(maker_rate=1000, taker_rate=2500, auction_rate=1500, flat_cents=0, minimum_cents=0)

terms = st.builds(
    FeeTerms,
    maker_rate=st.integers(0, 100_000),
    taker_rate=st.integers(0, 100_000),
    auction_rate=st.integers(0, 100_000),
    flat_cents=st.integers(0, 500),
    minimum_cents=st.integers(0, 1000),
)
fills = st.lists(st.tuples(st.integers(1, 5000), st.sampled_from(["maker", "taker", "auction"])), max_size=20)


def traded(paid: Paid, kind: str, cents: int) -> Paid:
    return paid._replace(**{kind: getattr(paid, kind) + cents})


def test_each_way_of_trading_has_its_rate():
    """FEES-004"""
    for kind, fee in (("maker", 100), ("taker", 250), ("auction", 150)):
        assert fee_of_execution(Side.BUY, RATES, traded(NOTHING_PAID, kind, 100_000), 100_000) == fee


def test_a_flat_amount_is_charged_once_an_order_and_comes_on_top_of_the_rates():
    """FEES-005"""
    flat = RATES._replace(flat_cents=200)
    first = fee_of_execution(Side.BUY, flat, Paid(maker=100_000), 100_000)
    assert first == 200 + 100
    assert fee_of_execution(Side.BUY, flat, Paid(maker=200_000, fee=first), 100_000) == 100


def test_a_minimum_is_charged_with_the_first_fill_and_later_ones_cost_what_goes_beyond_it():
    """FEES-005"""
    least = RATES._replace(minimum_cents=120)
    assert fee_of_execution(Side.BUY, least, Paid(maker=100_000), 100_000) == 120
    assert fee_of_execution(Side.BUY, least, Paid(maker=110_000, fee=120), 10_000) == 0
    assert fee_of_execution(Side.BUY, least, Paid(maker=150_000, fee=120), 40_000) == 30


def test_the_cent_is_rounded_half_up_once_on_the_sum():
    """FEES-005"""
    assert fee_of_execution(Side.BUY, RATES, Paid(maker=499), 499) == 0
    assert fee_of_execution(Side.BUY, RATES, Paid(maker=500), 500) == 1
    # Two fills of half a cent each are a cent, not two.
    assert fee_of_execution(Side.BUY, RATES, Paid(maker=1000, fee=1), 500) == 0


def test_a_seller_never_pays_more_than_the_proceeds_and_the_next_fill_carries_the_rest():
    """FEES-007"""
    least = RATES._replace(minimum_cents=120)
    assert fee_of_execution(Side.SELL, least, Paid(maker=50), 50) == 50
    assert fee_of_execution(Side.SELL, least, Paid(maker=1050, fee=50), 1000) == 70


def test_without_a_schedule_there_is_no_fee():
    assert fee_of_execution(Side.BUY, None, Paid(taker=100_000), 100_000) == 0
    assert most_fee(None, NOTHING_PAID, 100_000) == 0


def test_an_order_that_trades_nothing_pays_nothing():
    """FEES-004: the minimum is a filled order's."""
    assert most_fee(RATES._replace(minimum_cents=120, flat_cents=10), NOTHING_PAID, 0) == 0


def test_the_most_it_may_cost_is_reckoned_at_the_highest_rate():
    """FEES-006"""
    assert most_fee(RATES, NOTHING_PAID, 100_000) == 250
    assert most_fee(RATES, Paid(maker=100_000, fee=100), 100_000) == 250


@given(terms, fills)
def test_fills_together_pay_what_one_fill_of_the_same_values_would(terms, fills):
    """FEES-005"""
    paid = NOTHING_PAID
    for cents, kind in fills:
        paid = traded(paid, kind, cents)
        paid = paid._replace(fee=paid.fee + fee_of_execution(Side.BUY, terms, paid, cents))
    once = paid._replace(fee=0)
    assert paid.fee == fee_of_execution(Side.BUY, terms, once, sum(cents for cents, _ in fills))


@given(terms, st.integers(1, 50), st.integers(1, 30), st.data())
def test_no_execution_is_charged_what_the_hold_does_not_cover(terms, price, qty, data):
    """FEES-006: however a buy is filled at its limit or better, with trades taken back in between."""
    tick_lot_cents, paid, done = 7, NOTHING_PAID, list[tuple[int, str, int]]()
    held = required_hold(Side.BUY, price, qty, tick_lot_cents, terms)
    while qty:
        if done and data.draw(st.booleans()):
            cents, kind, fee = done.pop(data.draw(st.integers(0, len(done) - 1)))
            paid = traded(paid, kind, -cents)._replace(fee=paid.fee - fee)
            held += cents + fee  # busted: what it cost is there again
        part = data.draw(st.integers(1, qty))
        cents = data.draw(st.integers(1, price)) * part * tick_lot_cents
        kind = data.draw(st.sampled_from(["maker", "taker", "auction"]))
        paid = traded(paid, kind, cents)
        fee = fee_of_execution(Side.BUY, terms, paid, cents)
        paid = paid._replace(fee=paid.fee + fee)
        qty -= part
        held -= cents + fee
        assert held >= required_hold(Side.BUY, price, qty, tick_lot_cents, terms, paid)
        done.append((cents, kind, fee))


@given(terms, fills)
def test_no_fee_of_a_sale_is_above_its_proceeds(terms, fills):
    """FEES-007"""
    paid = NOTHING_PAID
    for cents, kind in fills:
        paid = traded(paid, kind, cents)
        fee = fee_of_execution(Side.SELL, terms, paid, cents)
        assert 0 <= fee <= cents
        paid = paid._replace(fee=paid.fee + fee)
