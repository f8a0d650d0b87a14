"""Which lots a sale takes: specific identification by the seller, until it settles (26 CFR 1.1012-1(c))."""

from collections.abc import Mapping

from django.db import transaction

from portal import audit
from portal.models import Account, User
from trading import balances, words
from trading.models import BREAKABLE, Cursor, Instruction, Lot, LotChoice
from trading.selectors import SETTLEMENT_CURSOR


class ChoiceRefused(Exception):
    """An anticipated reason not to take a choice: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def choose_lots(*, account: Account, instruction_id: int, choices: Mapping[int, int], by: User) -> None:
    """Let a sale take these quantities (in lots of the listing) out of these lots; what is not chosen goes
    first in, first out. The choice made before is replaced; an empty one takes it back.

    Raises ChoiceRefused.
    """
    with transaction.atomic():
        row = _own_sale(account, instruction_id)
        # Settlement, which reads the choice, waits for us; the balance's lock is that of its lots.
        Cursor.objects.select_for_update(no_key=True).get(name=SETTLEMENT_CURSOR, listing=row.listing_id)
        row.refresh_from_db(fields=["state", "qty"])
        if row.state not in BREAKABLE:
            raise ChoiceRefused(
                "SETTLED_ALREADY", "The sale is settled or called off. Lots are chosen before it settles."
            )
        balances.lock([(account.pk, row.listing.asset_id)])
        _refuse_unfit(account, row, choices)
        LotChoice.objects.filter(instruction=row).delete()
        LotChoice.objects.bulk_create(
            LotChoice(instruction=row, lot_id=lot, qty=qty) for lot, qty in sorted(choices.items())
        )
        facts = {"instruction": row.pk, "lots": {str(lot): qty for lot, qty in choices.items()}}
        audit.record(action="LOTS_CHOSEN", subject=account.number, actor=by, facts=facts)


def _own_sale(account: Account, instruction_id: int) -> Instruction:
    rows = Instruction.objects.filter(pk=instruction_id, seller=account, kind=Instruction.Kind.TRADE)
    row = rows.select_related("listing").first()
    if row is None:
        raise ChoiceRefused("NO_SUCH_SALE", "You have no such sale.")
    return row


def _refuse_unfit(account: Account, row: Instruction, choices: Mapping[int, int]) -> None:
    if any(qty <= 0 for qty in choices.values()):
        raise ChoiceRefused("NOT_POSITIVE", "Quantities must be above zero. Leave out what is not chosen.")
    if sum(choices.values()) > row.qty:
        raise ChoiceRefused(
            "MORE_THAN_SOLD", f"More is chosen than was sold: {words.quantity(row.listing, row.qty)}."
        )
    lots = Lot.objects.filter(account=account, asset=row.listing.asset_id, pk__in=choices).in_bulk()
    others: dict[int, int] = {}
    rows = LotChoice.objects.filter(lot__in=lots, instruction__state__in=BREAKABLE)
    for lot_id, qty in rows.exclude(instruction=row).values_list("lot", "qty"):
        others[lot_id] = others.get(lot_id, 0) + qty
    for lot_id, qty in choices.items():
        lot = lots.get(lot_id)
        if lot is None:
            raise ChoiceRefused("NO_SUCH_LOT", f"You have no lot {lot_id} of {row.listing.symbol}.")
        left = lot.qty - others.get(lot_id, 0)
        if qty > left:
            raise ChoiceRefused(
                "LOT_TOO_SMALL",
                f"Of lot {lot_id}, {words.quantity(row.listing, max(0, left))} is left to choose.",
            )
