"""One module for each engine measured: how an operation is handed to it, and its answer read back.

`run` is on the clock, and so is the making of whatever the engine takes in, from plain values: an engine
that wants objects pays for them. Answers are kept, as somebody would have to act on them; `fills` tells,
off the clock, what was traded.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol, runtime_checkable

from bench.reference import Fill
from bench.workloads import Operation


class Peer(Protocol):
    def run(self, operations: Sequence[Operation]) -> None: ...


@runtime_checkable
class TellsFills(Peer, Protocol):
    def fills(self) -> list[Fill]:
        """What was traded since it was last asked."""


class Listed(NamedTuple):
    made_of: str
    module: str  # of this package
    peer: str = "Peer"


OURS = "this engine"
OURS_COMPILED = "this engine, compiled"
PEERS = {
    OURS: Listed("Python", "ours"),
    OURS_COMPILED: Listed("Python by mypyc", "ours"),
    "matching-engine": Listed("Python", "matching_engine"),
    "orderly-chaos": Listed("C++ behind ctypes", "orderly_chaos"),
    "liquibook": Listed("C++ behind SWIG", "liquibook"),
    "liquibook, no listener": Listed("C++ behind SWIG", "liquibook", "SilentPeer"),
    "akhil4n-orderbook": Listed("Python", "akhil4n_orderbook"),
    "cython-orderbook": Listed("Cython", "cython_orderbook"),
    "pyorderbook": Listed("Python", "pyorderbook"),
    "obook": Listed("Go behind ctypes", "obook"),
    "lightmatchingengine": Listed("Python", "lightmatchingengine"),
    "order-matching": Listed("Python", "order_matching"),
}


def load(name: str) -> Peer:
    listed = PEERS[name]
    make: Callable[[], Peer] = getattr(import_module(f"bench.peers.{listed.module}"), listed.peer)
    return make()
