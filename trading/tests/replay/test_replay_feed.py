"""The command on a whole venue: order entry, a matching worker, the journal read back."""

import re
import zipfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.support.programs import Programs
from tests.support.verify import assert_identical
from trading import journal
from trading.models import Listing
from trading.replay import venue
from trading.tests.replay.paper import book
from trading.tests.replay.test_plan import ASK, BID, OPENING

MARKET_DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "market"


@pytest.fixture
def workers(programs: Programs) -> None:
    programs.celery_worker("matching.0", "default")


@pytest.fixture
def amzn(tmp_path: Path) -> list[str]:
    """The real session's message and orderbook file."""
    archive = MARKET_DATA / "LOBSTER_SampleFile_AMZN_2012-06-21_5.zip"
    if not archive.exists():
        pytest.skip(f"no real session here: {archive.name} belongs in {MARKET_DATA}")
    with zipfile.ZipFile(archive) as files:
        files.extractall(tmp_path)
    [messages], [orderbook] = tmp_path.glob("*message*.csv"), tmp_path.glob("*orderbook*.csv")
    return [str(messages), "--orderbook", str(orderbook), "--check"]


def session(tmp_path: Path, messages: Sequence[str], books: Sequence[str]) -> list[str]:
    paths = tmp_path / "message.csv", tmp_path / "orderbook.csv"
    for path, rows in zip(paths, (messages, books), strict=True):
        path.write_text("\n".join(rows) + "\n")
    return [str(paths[0]), "--orderbook", str(paths[1]), "--check"]


def replay_feed(*arguments: str) -> list[str]:
    out = StringIO()
    try:
        call_command("replay_feed", *arguments, stdout=out)
    except SystemExit as exit_:
        return [*out.getvalue().splitlines(), f"exit {exit_.code}"]
    return out.getvalue().splitlines()


@pytest.mark.usefixtures("workers")
def test_a_real_session_replays_without_a_mismatch_and_again_under_the_next_symbol(
    amzn: list[str], long_run: bool
):
    limit = [] if long_run else ["--limit", "3000"]
    found = (
        "messages=155935 compared=153533 mismatches=0 odd_aggressors=17"
        if long_run
        else "messages=3000 compared=2943 mismatches=0 odd_aggressors=8"
    )
    lines = replay_feed(*amzn, "--symbol", "AMZN", *limit)
    assert re.fullmatch(found + r" orders_per_second=\d+", lines[-1])
    assert_identical()
    lines = replay_feed(*amzn, "--symbol", "AMZN", "--limit", "200")
    assert lines[1].startswith("Listed as AMZN-2: tick 0.01 USD, a lot of 1, 200 messages.")
    assert " mismatches=0 " in lines[-1]


@pytest.mark.usefixtures("workers")
def test_a_book_that_differs_is_named_by_line_and_is_a_failure(tmp_path: Path):
    files = session(
        tmp_path,
        [OPENING, "34201.0,1,5,30,9950,1", "34202.0,3,5,30,9950,1"],
        [book(ASK, BID), book(ASK, (9950, 31), None, BID), book(ASK, BID)],
    )
    lines = replay_feed(*files, "--symbol", "OFF")
    assert (
        "  line 2: BUY levels are [(9950, 30), (9900, 100)], the file has [(9950, 31), (9900, 100)]" in lines
    )
    assert lines[-2].startswith("messages=3 compared=3 mismatches=1 odd_aggressors=0 orders_per_second=")
    assert lines[-1] == "exit 1"


@pytest.mark.usefixtures("committed_db")
def test_where_no_worker_answers_the_command_runs_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(venue, "PATIENCE_S", 0.2)
    files = session(
        tmp_path,
        [OPENING, "34201.0,1,5,30,9950,1", "34202.0,4,5,30,9950,1"],
        [book(ASK, BID), book(ASK, (9950, 30), None, BID), book(ASK, BID)],
    )
    lines = replay_feed(*files, "--symbol", "ALONE")
    assert "No worker answered: matching and settlement run here for the time being." in lines
    assert lines[-1].startswith("messages=3 compared=3 mismatches=0 odd_aggressors=0 ")


@pytest.mark.usefixtures("workers")
def test_a_session_with_a_halt_halts_and_resumes_the_listing(tmp_path: Path):
    files = session(
        tmp_path,
        [
            OPENING,
            "34201.0,7,0,0,-1,-1",
            "34202.0,1,5,30,9950,1",
            "34203.0,7,0,0,0,-1",
            "34204.0,7,0,0,1,-1",
            "34205.0,3,5,30,9950,1",
        ],
        [book(ASK, BID)] * 2 + [book(ASK, (9950, 30), None, BID)] * 3 + [book(ASK, BID)],
    )
    lines = replay_feed(*files, "--symbol", "HALTS", "--speed", "100")
    assert lines[-1].startswith("messages=6 compared=6 mismatches=0 odd_aggressors=0 ")
    listing = Listing.objects.get(symbol="HALTS")
    events = journal.events_after(listing_id=listing.pk, seq=0, limit=100)
    kinds = [type(event).__name__ for event in events]
    halted, resumed = kinds.index("TradingHalted"), kinds.index("TradingResumed")
    assert resumed == halted + 1
    assert kinds[resumed + 1 :] == ["OrderAccepted", "OrderCanceled"]


@pytest.mark.usefixtures("workers")
def test_where_a_tick_is_less_than_a_cent_a_lot_is_many_tokens(tmp_path: Path):
    files = session(
        tmp_path, [OPENING, "34201.0,1,5,30,9951,1"], [book(ASK, BID), book(ASK, (9951, 30), None, BID)]
    )
    lines = replay_feed(*files, "--symbol", "PENNY")
    assert lines[1] == "Listed as PENNY: tick 0.0001 USD, a lot of 100, 2 messages."
    assert " mismatches=0 " in lines[-1]


def test_a_check_needs_the_orderbook():
    with pytest.raises(CommandError, match="--check needs --orderbook"):
        call_command("replay_feed", "messages.csv", "--symbol", "X", "--check")


@pytest.mark.parametrize(("option", "value"), [("--speed", "0"), ("--speed", "fast"), ("--limit", "0")])
def test_nonsense_is_refused(option: str, value: str):
    with pytest.raises(CommandError, match=option):
        call_command("replay_feed", "messages.csv", "--symbol", "X", option, value)


@pytest.mark.usefixtures("committed_db")
def test_a_file_that_is_not_there_or_not_right_is_an_error_in_a_sentence(tmp_path: Path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("replay_feed", str(tmp_path / "none.csv"), "--symbol", "X", stdout=StringIO())
    files = session(tmp_path, [OPENING, "nonsense"], [book(ASK, BID)] * 2)
    with pytest.raises(CommandError, match="message line 2"):
        call_command("replay_feed", *files, "--symbol", "X", stdout=StringIO())
    packed = tmp_path / "message.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(files[0])
        archive.writestr("noise", bytes(range(256)))
    with pytest.raises(CommandError, match=r"message\.zip is no text file"):
        call_command("replay_feed", str(packed), "--symbol", "X", stdout=StringIO())


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("symbol", ["", "2FAST", "A B", "A/B", "Ä", "<B>", "A\x00", "LONGERTHANTWELVE"])
def test_what_no_symbol_can_be_is_listed_under_none(tmp_path: Path, symbol: str):
    files = session(tmp_path, [OPENING], [book(ASK, BID)])
    with pytest.raises(CommandError, match="is no symbol"):
        replay_feed(*files, "--symbol", symbol)
    assert not Listing.objects.exists()


@pytest.mark.usefixtures("workers")
def test_a_session_that_opens_with_a_halt_has_its_book_before_it(tmp_path: Path):
    files = session(
        tmp_path,
        [
            "34200.0,7,0,0,-1,-1",
            "34201.0,7,0,0,0,-1",
            "34202.0,7,0,0,1,-1",
            "34203.0,1,5,30,9950,1",
            "34204.0,3,5,30,9950,1",
        ],
        [book(ASK, BID)] * 3 + [book(ASK, (9950, 30), None, BID), book(ASK, BID)],
    )
    lines = replay_feed(*files, "--symbol", "CLOSED")
    assert lines[-1].startswith("messages=5 compared=5 mismatches=0 odd_aggressors=0 ")
    assert " refused=0 " in lines[-2]
