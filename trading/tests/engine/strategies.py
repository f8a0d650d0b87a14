"""What Hypothesis may send: few values, so that orders meet; now and then one beyond the limits, so that
refusals happen too."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from trading.engine import Conditions, OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce

MAX_QTY, MAX_PRICE = 12, 9
OWNERS = {1: 1, 2: 1, 3: 2, 4: 3}  # by account
STOPS = [OrdType.STOP, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP]


@st.composite
def mostly(draw: st.DrawFn, usual: st.SearchStrategy[Any], *seldom: st.SearchStrategy[Any]) -> Any:
    """Not `one_of`, which takes the same strategy given several times as one."""
    choice = draw(st.integers(0, 7 + len(seldom) - 1))
    return draw(usual if choice < 7 else seldom[choice - 7])


class Order(NamedTuple):
    """A NewOrder without its numbers: `life` is how long it has to live."""

    account_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    qty: int
    price: int | None
    protection_px: int | None
    life: int | None
    self_trade: SelfTrade
    conditions: Conditions | None = None


qtys = mostly(st.integers(1, MAX_QTY), st.sampled_from([0, MAX_QTY + 1]))
prices = mostly(st.integers(3, 6), st.integers(1, MAX_PRICE), st.sampled_from([0, MAX_PRICE + 1]))
accounts = st.sampled_from(list(OWNERS))
pauses = st.sampled_from([0, 0, 0, 1, 5])
sides = st.sampled_from(Side)
picks = st.integers(0, 20)
strangers = mostly(st.none(), accounts)
lives = mostly(st.integers(1, 12), st.just(0))
modes = st.sampled_from(SelfTrade)
calls = st.sampled_from([0, 3, 8])
ENDING = (TimeInForce.DAY, TimeInForce.GTD)


@st.composite
def order_of(
    draw: st.DrawFn,
    kinds: st.SearchStrategy[OrdType],
    times: st.SearchStrategy[TimeInForce],
    **conditions: st.SearchStrategy[Any],
) -> Order:
    """An order with everything its kind needs."""
    kind, tif = draw(kinds), draw(times)
    limited = kind in (OrdType.LIMIT, OrdType.STOP_LIMIT)
    drawn = {name: draw(values) for name, values in conditions.items()}
    if kind in STOPS:
        drawn["stop_px"] = draw(prices)
    if kind is OrdType.TRAILING_STOP:
        drawn["trail"] = draw(st.sampled_from([1, 1, 2, 3]))
    return Order(
        account_id=draw(accounts),
        side=draw(sides),
        ord_type=kind,
        time_in_force=tif,
        qty=draw(qtys),
        price=draw(prices) if limited else None,
        protection_px=None if limited else draw(mostly(prices, st.none())),
        life=draw(lives) if tif in ENDING else None,
        self_trade=draw(modes),
        conditions=Conditions(**drawn) if drawn else None,
    )


def just(*words: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(words)


RESTING = just(TimeInForce.GTC, TimeInForce.GTC, TimeInForce.DAY, TimeInForce.GTD)
IMMEDIATE = just(TimeInForce.IOC, TimeInForce.FOK)
AT_AUCTION = just(TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE)
LIMIT, MARKET = just(OrdType.LIMIT), just(OrdType.MARKET)

limit_orders = order_of(LIMIT, mostly(RESTING, IMMEDIATE))
market_orders = order_of(MARKET, IMMEDIATE)
at_auction_orders = order_of(just(OrdType.LIMIT, OrdType.MARKET), AT_AUCTION)
stop_orders = order_of(just(*STOPS), RESTING)
reserve_orders = order_of(LIMIT, RESTING, display_qty=just(1, 1, 2, 3))
post_only_orders = order_of(
    LIMIT, RESTING, post_only=st.sampled_from(PostOnly), display_qty=mostly(st.none(), just(1))
)
minimum_orders = order_of(LIMIT, mostly(RESTING, just(TimeInForce.IOC)), min_qty=just(1, 2, 4)) | order_of(
    MARKET, just(TimeInForce.IOC), min_qty=just(1, 2, 4)
)
any_orders = st.builds(
    Order,
    account_id=accounts,
    side=sides,
    ord_type=st.sampled_from(OrdType),
    time_in_force=st.sampled_from(TimeInForce),
    qty=qtys,
    price=st.none() | prices,
    protection_px=st.none() | prices,
    life=st.none() | lives,
    self_trade=modes,
    conditions=st.none()
    | st.builds(
        Conditions,
        stop_px=st.none() | prices,
        trail=st.none() | st.integers(0, 2),
        display_qty=st.none() | st.integers(0, 2),
        min_qty=st.none() | st.integers(0, 3),
        post_only=st.none() | st.sampled_from(PostOnly),
        linked_order_id=mostly(st.none(), st.integers(1, 60)),
    ),
)

phases = mostly(
    just(Phase.CONTINUOUS, Phase.CONTINUOUS, Phase.OPENING_CALL, Phase.CLOSING_CALL, Phase.PERIODIC_CALL),
    just(Phase.PRE_OPEN, Phase.CLOSED, Phase.INITIAL_CALL),
)
# (phase, how long after the one before, how much earlier the public is told), from the present on.
schedules = st.lists(st.tuples(phases, st.integers(1, 9), st.sampled_from([0, 0, 1])), max_size=6)
