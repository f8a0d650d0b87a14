"""What becomes of instructions within one transaction: their states, and a step of record for each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from portal.models import Proposal
from trading import bulk
from trading.models import Instruction, SettlementState, SettlementStep

_UPDATE = """
    UPDATE trading_instruction i
    SET qty = n.qty, amount = n.amount, buyer_fee = n.buyer_fee, seller_fee = n.seller_fee,
        state = n.state, state_at = %s, reason = n.reason, due_at = n.due_at,
        buyer_affirmed_at = n.buyer_affirmed_at, seller_affirmed_at = n.seller_affirmed_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
                %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
         AS n(id, qty, amount, buyer_fee, seller_fee, state, reason, due_at, buyer_affirmed_at,
              seller_affirmed_at)
    WHERE i.id = n.id
"""
_MOVED = (
    "id", "qty", "amount", "buyer_fee", "seller_fee", "state", "reason", "due_at", "buyer_affirmed_at",
    "seller_affirmed_at",
)  # fmt: skip
_STEP = ("instruction_id", "at", "passed", "reason", "note", "decision", "proposal_id")


class Progress:
    """Instructions on their way. New ones get their number here."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._steps: dict[int, SettlementStep] = {}
        self._rows: dict[int, Instruction] = {}
        self._new: set[int] = set()

    def add(
        self, rows: Sequence[Instruction], *, note: str = "", proposal: Proposal | None = None
    ) -> None:  # fmt: skip
        """Trades are instructed; or what a proposal takes back."""
        for row, pk in zip(rows, _next_ids(len(rows)), strict=True):
            row.pk = pk
            self._new.add(pk)
            self._step(row).passed = [SettlementState.MATCHED]
            self.move(row, SettlementState.INSTRUCTED, note=note, proposal=proposal)

    def move(
        self, row: Instruction, state: SettlementState, *, reason: str = "", note: str = "",
        decision: dict[str, Any] | None = None, proposal: Proposal | None = None,
    ) -> None:  # fmt: skip
        step = self._step(row)
        step.passed.append(state)
        step.reason, step.note = reason or step.reason, (note or step.note)[:400]
        step.decision, step.proposal = decision or step.decision, proposal or step.proposal
        row.state, row.state_at, row.reason = state, self.at, reason

    def write(self) -> None:
        columns = [field.attname for field in Instruction._meta.concrete_fields]
        new = [self._rows[pk] for pk in sorted(self._new)]
        bulk.copy(Instruction, columns, [[getattr(row, name) for name in columns] for row in new])
        moved = [row for pk, row in self._rows.items() if pk not in self._new]
        if moved:
            with connection.cursor() as cursor:
                cursor.execute(_UPDATE, [self.at, *([getattr(r, name) for r in moved] for name in _MOVED)])
        bulk.copy(SettlementStep, _STEP, [self._step_row(step) for step in self._steps.values()])

    def row(self, row: Instruction) -> Instruction:
        """An instruction as it stands here, where it was read again."""
        return self._rows.get(row.pk, row)

    def _step_row(self, step: SettlementStep) -> list[Any]:
        decision = None if step.decision is None else Jsonb(step.decision)
        return [
            step.instruction_id, step.at, [str(state) for state in step.passed], step.reason, step.note,
            decision, step.proposal_id,
        ]  # fmt: skip

    def _step(self, row: Instruction) -> SettlementStep:
        self._rows[row.pk] = row
        if row.pk not in self._steps:
            self._steps[row.pk] = SettlementStep(instruction_id=row.pk, at=self.at, passed=[])
        return self._steps[row.pk]


def _next_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('trading_instruction', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
