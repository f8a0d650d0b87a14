"""matching-engine: the fastest peer in Python with exact fills, sequenced commands in and events out."""

import importlib.abc
import importlib.util
import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from bench.reference import Fill
from bench.workloads import Operation


class _WithoutTypeStatements(SourceFileLoader):
    """All it needs Python 3.12 for are two `type` statements; read as assignments they do as well."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = re.sub(r"^type (\w+) =", r"\1 =", self.get_source(fullname) or "", flags=re.MULTILINE)
        return compile(source, path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.startswith("matching_engine."):
            return None
        for folder in path:
            file = f"{folder}/{name.rpartition('.')[2]}.py"
            return importlib.util.spec_from_file_location(name, loader=_WithoutTypeStatements(name, file))
        return None


if sys.version_info < (3, 12):
    sys.meta_path.insert(0, _Finder())

from matching_engine.domain import CancelOrder, NewOrder, SequencedCommand, Side  # noqa: E402
from matching_engine.engine import MatchingEngine  # noqa: E402
from matching_engine.events import Event, Trade  # noqa: E402


class Peer:
    def __init__(self) -> None:
        self._engine = MatchingEngine()
        self._events: list[list[Event]] = []

    def run(self, operations: Sequence[Operation]) -> None:
        process, keep, seq = self._engine.process, self._events.append, self._engine.last_seq
        buy, sell = Side.BUY, Side.SELL
        for order_id, is_sell, price, qty in operations:
            seq += 1
            account = 2 * (order_id % 100) + is_sell
            if qty:
                command = NewOrder(order_id, account, sell if is_sell else buy, price, qty)
            else:
                command = CancelOrder(order_id, account)
            keep(process(SequencedCommand(seq, seq, command)))

    def fills(self) -> list[Fill]:
        fills = [
            Fill(event.maker_order_id, event.taker_order_id, event.price, event.qty)
            for events in self._events
            for event in events
            if type(event) is Trade
        ]
        self._events.clear()
        return fills
