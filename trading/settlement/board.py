"""How settlement stands as a whole: what operators look at first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from trading.models import PENDING, Instruction, SettlementState

# Of what was due so long ago people should ask why.
AGED = timedelta(days=1)
COUNTED = 10_000  # no further, of what is over: there are ever more of them


@dataclass(frozen=True, slots=True)
class Board:
    counts: dict[SettlementState, int]
    failed_for: list[tuple[str, int]]  # reasons, the most frequent first
    aged: int
    oldest_due: datetime | None  # of what should have settled, and has not

    @property
    def failed(self) -> int:
        return self.counts[SettlementState.FAILED]


def board(*, at: datetime) -> Board:
    counts = dict.fromkeys(SettlementState, 0)
    reasons: dict[str, int] = {}
    rows = Instruction.objects.filter(state__in=PENDING).order_by().values("state", "reason")
    late, aged, oldest = Q(due_at__lt=at), 0, None
    for row in rows.annotate(
        count=Count("pk"), oldest=Min("due_at", filter=late),
        aged=Count("pk", filter=Q(due_at__lt=at - AGED)),
    ):  # fmt: skip
        counts[SettlementState(row["state"])] += row["count"]
        aged += row["aged"]
        oldest = min(filter(None, [oldest, row["oldest"]]), default=None)
        if row["state"] == SettlementState.FAILED:
            reasons[row["reason"]] = row["count"]
    for state in (SettlementState.SETTLED, SettlementState.CANCELED):
        counts[state] = Instruction.objects.filter(state=state).order_by()[:COUNTED].count()
    return Board(counts, sorted(reasons.items(), key=lambda pair: -pair[1]), aged, oldest)


def aged_rows(rows: QuerySet[Instruction], *, at: datetime) -> QuerySet[Instruction]:
    return rows.filter(state__in=PENDING, due_at__lt=at - AGED)
