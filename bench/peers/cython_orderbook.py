"""cython-orderbook: akhil4n-orderbook compiled, the same to use."""

from cython_orderbook import orderbook

from bench.peers import akhil4n_orderbook


class Peer(akhil4n_orderbook.Peer):
    def __init__(self) -> None:
        super().__init__(orderbook)
