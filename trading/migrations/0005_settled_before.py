"""What an earlier release settled gets its instructions, with their steps, and its lots, first in first out.

What has them is left as it is: settlement may have gone on between the two migrations.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import migrations

INSTRUCTIONS = """
    INSERT INTO trading_instruction (
        listing_id, trade_seq, kind, buyer_id, seller_id, qty, amount, buyer_fee, seller_fee,
        traded_at, due_at, state, state_at, reason, waived
    )
    SELECT b.listing_id, b.trade_seq, 'TRADE', b.account_id, s.account_id, b.last_qty, b.amount, b.fee, s.fee,
           b.at, t.at, 'SETTLED', t.at, '', '{}'
    FROM trading_execution b
    JOIN trading_execution s USING (listing_id, trade_seq)
    JOIN trading_transfer t ON t.reference = 'TRADE_TOKEN:' || listing_id || ':' || trade_seq
    WHERE b.side = 'BUY' AND s.side = 'SELL'
    ORDER BY t.id
    ON CONFLICT (listing_id, trade_seq, kind) WHERE kind = 'TRADE' DO NOTHING
"""
STEPS = """
    INSERT INTO trading_settlementstep (instruction_id, at, passed, reason, note)
    SELECT id, state_at, '{MATCHED,INSTRUCTED,AFFIRMED,EXECUTING,SETTLED}', '', '' FROM trading_instruction i
    WHERE NOT EXISTS (SELECT FROM trading_settlementstep WHERE instruction_id = i.id)
    ORDER BY id
"""


def make_instructions(apps, schema_editor):
    schema_editor.execute(INSTRUCTIONS, params=None)
    schema_editor.execute(STEPS, params=None)


def make_lots(apps, schema_editor):
    Lot, LotEntry, Transfer, Instruction, Listing = (
        apps.get_model("trading", name) for name in ("Lot", "LotEntry", "Transfer", "Instruction", "Listing")
    )
    listings = {row.asset_id: row for row in Listing.objects.all()}
    instructed = Instruction.objects.filter(kind="TRADE")
    trades = {f"TRADE_TOKEN:{row.listing_id}:{row.trade_seq}": row for row in instructed}
    there = {
        (lot.account_id, lot.asset_id, lot.acquired_on, lot.paid_on, lot.source, lot.price): lot
        for lot in Lot.objects.all()
    }
    lots, held, entries = {}, defaultdict(list), []

    def put(account_id, asset_id, facts, qty, cost, transfer):
        key = account_id, asset_id, *facts
        if key not in lots:
            day, paid_on, source, price = facts
            lots[key] = there.get(key) or Lot(
                account_id=account_id,
                asset_id=asset_id,
                acquired_on=day,
                paid_on=paid_on,
                source=source,
                price=price,
            )
            held[account_id, asset_id].append(lots[key])
        move(lots[key], qty, cost, transfer)

    def take(account_id, asset_id, qty, proceeds, transfer):
        left, shared = qty, 0
        for lot in sorted(held[account_id, asset_id], key=lambda lot: lot.acquired_on):
            part = min(lot.qty, left)
            if part:
                left -= part
                of_it = proceeds * part // qty if left else proceeds - shared
                shared += of_it
                move(lot, -part, -(lot.cost * part // lot.qty), transfer, of_it)

    def move(lot, qty, cost, transfer, proceeds=None):
        lot.qty += qty
        lot.cost += cost
        entries.append(
            LotEntry(
                lot=lot, transfer_id=transfer.reference, at=transfer.at, qty=qty, cost=cost, proceeds=proceeds
            )
        )

    moved = Transfer.objects.filter(asset__in=listings, lot_entries=None)
    moved = moved.select_related("debit_account", "credit_account")
    for transfer in moved.order_by("id").iterator(chunk_size=5000):
        listing, trade = listings[transfer.asset_id], trades.get(transfer.reference)
        today = transfer.at.astimezone(ZoneInfo(listing.time_zone)).date()
        facts, cost = (today, today, "ISSUER", None), 0
        if trade is not None:
            traded_on = trade.traded_at.astimezone(ZoneInfo(listing.time_zone)).date()
            price = trade.amount // (trade.qty * listing.tick_lot_cents)
            facts, cost = (traded_on, today, "TRADE", price), trade.amount + trade.buyer_fee
        if transfer.debit_account.kind != "CONTRA":
            proceeds = trade.amount - trade.seller_fee if trade else 0
            take(transfer.debit_account_id, transfer.asset_id, transfer.amount, proceeds, transfer)
        if transfer.credit_account.kind != "CONTRA":
            put(transfer.credit_account_id, transfer.asset_id, facts, transfer.amount, cost, transfer)
    Lot.objects.bulk_create([lot for lot in lots.values() if lot.pk is None], batch_size=5000)
    Lot.objects.bulk_update([lots[key] for key in lots if key in there], ["qty", "cost"], batch_size=5000)
    LotEntry.objects.bulk_create(entries, batch_size=5000)


class Migration(migrations.Migration):
    dependencies = [("trading", "0004_books")]

    operations = [
        migrations.RunPython(make_instructions, migrations.RunPython.noop),
        migrations.RunPython(make_lots, migrations.RunPython.noop),
    ]
