"""Commands, the clock and the phases."""

from trading.engine import (
    CALLS,
    BustTrade,
    CancelOrder,
    CancelReason,
    CancelRejected,
    Command,
    CommandQuarantined,
    ConfigureListing,
    CorrectTrade,
    Event,
    HaltTrading,
    ListingConfigured,
    MassCancel,
    MassCanceled,
    NewOrder,
    OrderAccepted,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    Phase,
    PostOnly,
    Quarantined,
    RejectReason,
    ReplaceOrder,
    ReplaceRejected,
    ResumeTrading,
    ScheduleSet,
    SetSchedule,
    Side,
    TradeBusted,
    TradeCorrected,
    TradingHalted,
    TradingResumed,
)

from .book import NaiveBook
from .orders import AUCTION_OF, NaiveOrder, order_of
from .refusals import only_wants_less, why_not_new, why_not_replace

REJECTS = {"NewOrder": OrderRejected, "CancelOrder": CancelRejected, "ReplaceOrder": ReplaceRejected}


class NaiveMarket(NaiveBook):
    def __init__(self) -> None:
        super().__init__()
        self.halt: HaltTrading | None = None

    def apply(self, command: Command) -> list[Event]:
        self.said = []
        self.command = command
        self.let_the_due_happen()
        self.now = command.at
        match command:
            case ConfigureListing():
                self.configure(command)
            case SetSchedule():
                self.set_schedule(command)
            case NewOrder():
                self.new_order(command)
            case CancelOrder():
                self.cancel(command)
            case MassCancel():
                self.mass_cancel(command)
            case ReplaceOrder():
                self.replace(command)
            case HaltTrading():
                self.halted, self.halt, self.call = True, command, None
                self.say(TradingHalted, *command[2:])
            case ResumeTrading():
                self.resume(command.reason_code, command.note, command.call_us)
            case BustTrade():
                self.say(TradeBusted, *command[2:])
            case CorrectTrade():
                self.say(TradeCorrected, *command[2:])
            case Quarantined():
                self.quarantined(command)
        return self.said

    # Time

    def let_the_due_happen(self) -> None:
        """MATC-012, PHAS-003, HALT-005: whatever is due first, and of one moment in this order."""
        while True:
            due = self.due()
            if not due or min(due)[0] > self.command.at:
                return
            self.now, what = min(due)
            if what == 1:
                self.enter(self.schedule.pop(0).phase)
            elif what == 2:
                assert self.halt
                self.resume("PLANNED", self.halt.note, self.halt.call_us)
            elif what == 3:
                self.enter(self.scheduled)
            else:
                self.expire()

    def due(self) -> list[tuple[int, int]]:
        """Moments, each with what comes first if several are due at once."""
        due = [(entry.at, 1) for entry in self.schedule[:1]]
        if self.halt and self.halt.resume_at is not None:
            due.append((self.halt.resume_at, 2))
        if self.call:
            due.append((self.call[1], 3))
        return due + [(order.expire_at, 4) for order in self.orders if order.expire_at is not None]

    def next_due(self) -> int | None:
        return min((moment for moment, _ in self.due()), default=None)

    def expire(self) -> None:
        for order in self.by_arrival():
            if order.expire_at == self.now:
                self.leave(order)
                self.say(OrderExpired, order.order_id, order.account_id, order.leaves_qty)

    def enter(self, phase: Phase) -> None:
        """Leave the phase there is for this one of the schedule (PHAS-004, HALT-006)."""
        left, scheduled_before = self.phase, self.scheduled
        self.scheduled = phase
        if self.halted:
            if phase not in CALLS:
                self.dismiss_those_for(scheduled_before)
            return
        self.call = None
        if (left in CALLS and phase not in CALLS) or (phase is Phase.CONTINUOUS and self.crossed):
            self.uncross(left)
        self.say_phase()
        self.look_after_stops()

    def resume(self, reason_code: str, note: str, call_us: int) -> None:
        was_halted, self.halted, self.halt = self.halted, False, None
        if was_halted and self.scheduled is Phase.CONTINUOUS:
            if call_us:
                self.call = (Phase.REOPENING_CALL, self.now + call_us)
            elif self.crossed:
                self.uncross(Phase.HALTED)
        self.told_until = self.until
        self.say(TradingResumed, reason_code, note, self.phase, self.until)
        self.look_after_stops()

    # The listing

    def configure(self, c: ConfigureListing) -> None:
        self.params = c
        if c.reference_px is not None:
            self.reference_px = c.reference_px
        self.say(ListingConfigured, *c[2:])

    def set_schedule(self, c: SetSchedule) -> None:
        begun = [entry for entry in c.entries if entry.at <= c.at]
        self.schedule = [entry for entry in c.entries if entry.at > c.at]
        first, last = (c.entries[0].at, c.entries[-1].at) if c.entries else (None, None)
        self.say(ScheduleSet, first, last)
        phase = begun[-1].phase if begun else self.scheduled if c.entries else Phase.CONTINUOUS
        if phase is not self.scheduled:
            self.enter(phase)
        elif not self.halted and not self.call and self.until != self.told_until:
            self.say_phase()
        for time_in_force in AUCTION_OF:
            for order in self.by_arrival():
                if order.time_in_force is time_in_force and not self.has_auction_ahead(order):
                    self.end(order, CancelReason.NO_AUCTION_AHEAD)

    def has_auction_ahead(self, order: NaiveOrder) -> bool:
        ahead = [self.scheduled, *(entry.phase for entry in self.schedule)]
        return any(phase in AUCTION_OF[order.time_in_force] for phase in ahead)

    # Orders

    def new_order(self, c: NewOrder) -> None:
        order = order_of(c)
        reason = why_not_new(self, c, order)
        if reason:
            self.say(OrderRejected, c.order_id, c.account_id, reason)
            stop = self.find(order.linked_order_id)
            if stop and stop.is_stop and stop.account_id == c.account_id and stop.linked_order_id is None:
                self.end(stop, CancelReason.LINKED)
            return
        if order.post_only is PostOnly.SLIDE:
            order.price = self.slid(order, order.limit)
        if order.is_stop and self.last_px is not None:
            order.met = order.is_met_by(self.last_px)
            order.follow(self.last_px)
        self.say(
            OrderAccepted,
            c.order_id,
            c.account_id,
            c.side,
            c.ord_type,
            c.time_in_force,
            order.price,
            c.order_qty,
            order.stop_px,
            order.display_qty,
        )
        stop = self.find(order.linked_order_id)
        if stop:
            stop.linked_order_id = order.order_id
        if order.is_stop or order.is_for_auction or self.phase is not Phase.CONTINUOUS:
            self.join(order)
        else:
            self.arrive(order, new=True)
        self.look_after_stops()

    def slid(self, order: NaiveOrder, price: int) -> int | None:
        """ORDT-041: where a post-only order comes to; None where no price is left."""
        across = self.would_trade(order, price)
        if not across:
            return price
        step = -1 if order.side is Side.BUY else 1
        price = across[0].limit + step
        return price if 1 <= price <= self.params.max_price else None

    def cancel(self, c: CancelOrder) -> None:
        order = self.find(c.order_id)
        if order is None:
            self.say(CancelRejected, c.order_id, c.account_id, RejectReason.TOO_LATE)
        elif order.account_id != c.account_id:
            self.say(CancelRejected, c.order_id, c.account_id, RejectReason.UNKNOWN_ORDER)
        else:
            self.end(order, c.reason)

    def mass_cancel(self, c: MassCancel) -> None:
        chosen = [
            order
            for order in self.by_arrival()
            if c.account_id in (None, order.account_id) and c.side in (None, order.side)
        ]
        for order in chosen:
            if order.working:
                self.end(order, c.reason)
        self.say(MassCanceled, c.account_id, c.side, len(chosen))

    def replace(self, c: ReplaceOrder) -> None:
        order = self.find(c.order_id)
        reason = why_not_replace(self, c, order)
        if order is None or reason:
            return self.say(ReplaceRejected, c.order_id, c.account_id, reason)
        less = only_wants_less(c, order)
        price = c.price
        if order.post_only is PostOnly.SLIDE and not less and self.phase is Phase.CONTINUOUS:
            assert price is not None
            price = self.slid(order, price)
        order.price, order.order_qty = price, c.order_qty
        if c.protection_px is not None and not less:
            order.protection_px = c.protection_px
        if order.is_stop and not less:
            self.replace_stop(c, order)
        protection_px = order.protection_px if order.price is None else None
        terms = (order.price, order.order_qty, order.leaves_qty, order.stop_px, protection_px)
        self.say(OrderReplaced, c.order_id, c.account_id, *terms, less)
        if less:
            order.displayed = min(order.displayed, order.leaves_qty)
        elif not order.in_book or self.phase is not Phase.CONTINUOUS:
            self.join(order)
        else:
            self.orders.remove(order)
            self.arrive(order)
        return self.look_after_stops()

    def replace_stop(self, c: ReplaceOrder, order: NaiveOrder) -> None:
        """RPLC-007"""
        order.arrival = c.seq
        order.met = False
        if c.stop_px is not None:
            order.stop_px = c.stop_px
        if self.last_px is not None:
            order.met = order.is_met_by(self.last_px)

    def quarantined(self, c: Quarantined) -> None:
        if c.command_kind in REJECTS:
            self.say(REJECTS[c.command_kind], c.order_id, c.account_id, RejectReason.QUARANTINED)
        else:
            self.say(CommandQuarantined, c.reason)
