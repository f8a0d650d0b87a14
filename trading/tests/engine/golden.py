"""The golden journal of rules version 1, and its replay as a program of its own."""

import hashlib
import json
from pathlib import Path

from trading.engine import Market, decode_command, dump, encode, load, state_hash

GOLDEN = Path(__file__).with_name("golden_v1.jsonl")


def replayed(journal: str, *, restore: bool = False) -> tuple[str, str]:
    """The hash of the state the journal ends in, and that of all events on the way."""
    market = Market(1)
    events = hashlib.sha256()
    for line in journal.splitlines():
        for event in market.apply(decode_command(json.loads(line))):
            events.update(json.dumps(encode(event)).encode())
        if restore:
            market = load(json.loads(json.dumps(dump(market))))
    return state_hash(market), events.hexdigest()


if __name__ == "__main__":
    print(*replayed(GOLDEN.read_text()))
