"""The books against lots, register, custodian and bank: a break is found, stops what it must, and is closed
by people."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from portal import clock, proposals
from portal.models import Account, AuditEntry, Proposal, User
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading import tasks
from trading.models import (
    CASH,
    BankEntry,
    BankStatement,
    Case,
    Instruction,
    Listing,
    Lot,
    PositionFile,
    PositionLine,
    Reconciliation,
    Transfer,
)
from trading.reconciliation.cases import close_case, stops
from trading.reconciliation.comparing import reconcile
from trading.reconciliation.errors import ReconciliationRefused
from trading.reconciliation.position_files import import_positions
from trading.services import ledger
from trading.settlement import consumer
from trading.tests.factories import a_listing, approved, buy, drained, entered, funded, sell, settled

pytestmark = pytest.mark.django_db

Kind = Reconciliation.Kind
REGISTER, CUSTODIAN = PositionFile.Source.REGISTER, PositionFile.Source.CUSTODIAN


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def holder(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


@pytest.fixture
def by() -> User:
    return an_operator()


def today() -> date:
    """In New York, where listings and bank are."""
    return clock.now().astimezone(ZoneInfo("America/New_York")).date()


def a_file(*lines: str) -> bytes:
    return "\n".join(["as_of,symbol,account,quantity", *lines, ""]).encode()


def said(source: str, *lines: str) -> Reconciliation:
    """What a file with one security compares as."""
    _, [made] = import_positions(source=source, content=a_file(*lines), file_name="positions.csv")
    return made


def lose_lots(holder: Account, qty: int) -> None:
    Lot.objects.filter(account=holder).update(qty=100 - qty)


def a_statement(closing_cents: int, *, booked_on: date, deposits: tuple[Transfer, ...] = ()) -> None:
    """As bank files make them, without the file."""
    number = BankStatement.objects.count()
    statement = BankStatement.objects.create(
        statement_id=f"S-{number}", format="CSV", file_name="s.csv", booked_on=booked_on, opening_cents=0,
        sha256=sha256(str(number).encode()).hexdigest(), closing_cents=closing_cents, imported_at=clock.now(),
    )  # fmt: skip
    for transfer in deposits:
        BankEntry.objects.create(
            statement=statement, bank_reference=transfer.reference, direction="CREDIT", cents=transfer.amount,
            booked_on=booked_on, transfer=transfer,
        )  # fmt: skip


# --- Comparisons ----------------------------------------------------------------------------------------


def test_holdings_and_lots_that_agree_open_no_case(listing: Listing, holder: Account) -> None:
    made = reconcile(asset="ACME", kind=Kind.LOTS)
    assert made is not None
    assert (made.ours, made.theirs, made.differences, made.as_of) == (100, 100, [], today())
    assert not Case.objects.exists()


def test_lots_that_are_gone_open_one_case_that_stays_open(listing: Listing, holder: Account) -> None:
    """RECN-004, RECN-006"""
    lose_lots(holder, 7)
    for _ in range(2):
        made = reconcile(asset="ACME", kind=Kind.LOTS)
    assert made is not None
    assert made.differences == [{"account": holder.number, "ours": 100, "theirs": 93}]
    case = Case.objects.get()
    assert (case.kind, case.asset_id) == ("LOTS", "ACME")
    assert AuditEntry.objects.filter(action="CASE_OPENED", subject=str(case)).count() == 1
    lose_lots(holder, 0)
    reconcile(asset="ACME", kind=Kind.LOTS)
    case.refresh_from_db()
    assert case.closed_at is None, "people close it"


def test_the_register_is_held_against_every_account(listing: Listing, holder: Account) -> None:
    other = funded(lots=5, listing=listing)
    lines = (f"{today()},ACME,{holder.number},100", f"{today()},ACME,{other.number},5")
    assert said(REGISTER, *lines).agrees
    made = said(REGISTER, lines[0], f"{today()},ACME,A-999999,5")
    assert (made.ours, made.theirs) == (105, 105)
    assert made.differences == [
        {"account": other.number, "ours": 5, "theirs": 0},
        {"account": "A-999999", "ours": 0, "theirs": 5},
    ]
    assert Case.objects.get().kind == "REGISTER"


def test_a_custodian_that_names_nobody_says_how_much_there_is(listing: Listing, holder: Account) -> None:
    """RECN-003"""
    funded(lots=5, listing=listing)
    assert said(CUSTODIAN, f"{today()},ACME,,105").agrees
    made = said(CUSTODIAN, f"{today()},ACME,,104")
    assert made.differences == [{"account": "", "ours": 105, "theirs": 104}]
    assert Case.objects.get().kind == "CUSTODIAN"


def test_what_happened_since_the_day_of_the_file_is_no_break(listing: Listing, holder: Account) -> None:
    """RECN-002"""
    day = today()
    clock.advance(by=timedelta(days=1))
    ledger.issue(account=holder, listing=listing, lots=50, reference="since")
    assert said(REGISTER, f"{day},ACME,{holder.number},100").agrees
    made = said(REGISTER, f"{today()},ACME,{holder.number},100")
    assert made.differences == [{"account": holder.number, "ours": 150, "theirs": 100}]


def test_a_day_ends_at_midnight_where_the_listing_is(listing: Listing, holder: Account) -> None:
    """RECN-002"""
    new_york = ZoneInfo("America/New_York")
    late = datetime(2031, 3, 3, 23, 59, tzinfo=new_york)
    clock.advance(by=late - clock.now())
    assert clock.now().astimezone(UTC).date() == date(2031, 3, 4)
    ledger.issue(account=holder, listing=listing, lots=1, reference="before midnight")
    clock.advance(by=timedelta(minutes=2))
    ledger.issue(account=holder, listing=listing, lots=1, reference="after midnight")
    assert said(REGISTER, f"2031-03-03,ACME,{holder.number},101").agrees


def test_the_last_file_that_speaks_of_a_security_counts(listing: Listing, holder: Account) -> None:
    """RECN-003"""
    a_listing("BETA")
    day = today()
    assert not said(REGISTER, f"{day},ACME,{holder.number},99").agrees
    assert said(REGISTER, f"{day},ACME,{holder.number},100").agrees, "of two of a day the later"
    said(REGISTER, f"{day - timedelta(days=1)},ACME,{holder.number},3")
    said(REGISTER, f"{day},BETA,,0")
    made = reconcile(asset="ACME", kind=Kind.REGISTER)
    assert made is not None and made.agrees


def test_customers_cash_is_what_the_bank_says(holder: Account) -> None:
    """RECN-002"""
    assert reconcile(asset=CASH, kind=Kind.BANK) is None, "no statement yet"
    day = today()
    on_it = ledger.deposit(account=holder, cents=500, reference="on the statement")
    clock.advance(by=timedelta(days=1))
    booked_later = ledger.deposit(account=holder, cents=70, reference="on it too, booked the day after")
    ledger.deposit(account=holder, cents=9, reference="of the next statement")
    a_statement(570, booked_on=day, deposits=(on_it, booked_later))
    made = reconcile(asset=CASH, kind=Kind.BANK)
    assert made is not None and (made.ours, made.theirs, made.as_of) == (570, 570, day)


def test_cash_that_is_not_at_the_bank_opens_a_case(holder: Account) -> None:
    ledger.deposit(account=holder, cents=500, reference="on no statement")
    a_statement(0, booked_on=today())
    made = reconcile(asset=CASH, kind=Kind.BANK)
    assert made is not None and made.differences == [{"account": "", "ours": 500, "theirs": 0}]
    assert stops(Case.objects.get()) == "every withdrawal"


def test_everything_is_compared_once_a_day_of_the_venue(listing: Listing, holder: Account) -> None:
    """RECN-001"""
    a_listing("BETA")
    said(CUSTODIAN, f"{today()},ACME,,100")
    clock.advance(by=timedelta(days=1))
    tasks.reconcile()
    tasks.reconcile()
    made = Reconciliation.objects.exclude(pk=Reconciliation.objects.earliest("id").pk)
    assert sorted(made.values_list("kind", "asset")) == [
        ("CUSTODIAN", "ACME"), ("LOTS", "ACME"), ("LOTS", "BETA")
    ]  # fmt: skip
    clock.advance(by=timedelta(days=1))
    tasks.reconcile()
    assert Reconciliation.objects.count() == 7


def test_a_file_taken_in_does_not_stand_for_the_comparisons_of_the_day(
    listing: Listing, holder: Account
) -> None:
    a_statement(0, booked_on=today())
    said(CUSTODIAN, f"{today()},ACME,,100")
    tasks.reconcile()
    assert {made.kind for made in Reconciliation.objects.all()} == {"CUSTODIAN", "LOTS", "BANK"}


def test_the_command_says_how_it_came_out(listing: Listing, holder: Account) -> None:
    output = StringIO()
    call_command("reconcile", stdout=output)
    day = today()
    line = f"Holdings and their lots: ACME as of {day}, ours 100 ACME, theirs"
    assert output.getvalue() == f"{line} 100 ACME: agrees\n"
    lose_lots(holder, 1)
    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=output)
    assert f"{line} 99 ACME: DIFFERS in 1 places" in output.getvalue()


# --- What a break stops --------------------------------------------------------------------------------


def test_a_break_stops_settlement_of_its_security_and_no_other(listing: Listing, holder: Account) -> None:
    """RECN-004"""
    beta, buyer = a_listing("BETA"), funded(cents=100_000)
    other = funded(lots=10, listing=beta)
    said(REGISTER, f"{today()},ACME,{holder.number},99")
    for seller, market in ((holder, listing), (other, beta)):
        entered(sell(seller, market, 10, 500), buy(buyer, market, 10, 500))
        drained(market)
        settled(market)
    states = Instruction.objects.order_by("listing__symbol").values_list("listing__symbol", "state")
    assert list(states) == [("ACME", "AFFIRMED"), ("BETA", "SETTLED")]
    assert consumer.listings_behind() == []
    approved("CLOSE_CASE", str(Case.objects.get().pk), {})
    assert consumer.listings_behind() == [listing.pk]
    settled(listing)
    assert Instruction.objects.get(listing=listing).state == "SETTLED"


def test_settlement_that_finds_lots_missing_opens_a_case_and_stops(listing: Listing, holder: Account) -> None:
    """RECN-005"""
    buyer = funded(cents=100_000)
    entered(sell(holder, listing, 10, 500), buy(buyer, listing, 10, 500))
    drained(listing)
    lose_lots(holder, 97)
    settled(listing)
    case = Case.objects.get()
    assert (case.kind, case.facts) == ("LOTS", {"account": holder.number, "missing": 7})
    assert Instruction.objects.get().state == "AFFIRMED", "nothing of it is done"
    assert consumer.listings_behind() == [], "and it is not tried again and again"


# --- Closing -------------------------------------------------------------------------------------------


@pytest.fixture
def case(listing: Listing, holder: Account) -> Case:
    lose_lots(holder, 7)
    reconcile(asset="ACME", kind=Kind.LOTS)
    return Case.objects.get()


def refused(code: str) -> pytest.RaisesExc[ReconciliationRefused]:
    return pytest.raises(ReconciliationRefused, check=lambda error: error.code == code)


def test_a_break_that_has_gone_is_closed_by_a_person_who_says_what_it_was(
    case: Case, holder: Account, by: User
) -> None:
    """RECN-006"""
    lose_lots(holder, 0)
    with refused("STILL_DIFFERS"):
        close_case(case=case, resolution="Lots restored.", by=by)
    reconcile(asset="ACME", kind=Kind.LOTS)
    with refused("RESOLUTION_REQUIRED"):
        close_case(case=case, resolution=" ", by=by)
    close_case(case=case, resolution="Lots restored.", by=by)
    case.refresh_from_db()
    assert (case.closed_by, case.resolution) == (by, "Lots restored.")
    assert stops(case) == "nothing"
    assert AuditEntry.objects.get(action="CASE_CLOSED").facts["resolution"] == "Lots restored."
    with refused("CLOSED_ALREADY"):
        close_case(case=case, resolution="Again.", by=by)


def test_a_comparison_of_before_the_case_closes_nothing(listing: Listing, holder: Account, by: User) -> None:
    reconcile(asset="ACME", kind=Kind.LOTS)
    case = Case.objects.create(kind="LOTS", asset_id="ACME", subject="ACME", opened_at=clock.now())
    with refused("STILL_DIFFERS"):
        close_case(case=case, resolution="It agreed yesterday.", by=by)


def test_a_break_that_is_still_there_is_closed_by_two_people(case: Case, by: User) -> None:
    """RECN-006"""
    proposal = proposals.propose(
        kind="CLOSE_CASE", subject=str(case.pk), new={}, reason="Known, mended tomorrow.", by=by
    )
    [(what, found, becomes)] = proposals.wording(proposal)
    assert what == "Holdings and lots differ: ACME"
    assert (found, becomes) == (f"ours 100 ACME, theirs 93 ACME, as of {today()}", "closed as it is")
    with pytest.raises(ProposalRefused, match="Somebody else"):
        proposals.approve(proposal=proposal, by=by)
    proposals.approve(proposal=proposal, by=an_operator())
    case.refresh_from_db()
    assert case.resolution == "Known, mended tomorrow."
    reconcile(asset="ACME", kind=Kind.LOTS)
    assert Case.objects.filter(closed_at=None).count() == 1, "the next comparison finds it again"


def test_a_closed_case_and_one_there_is_not_are_not_proposed(case: Case, by: User) -> None:
    approved("CLOSE_CASE", str(case.pk), {})
    for subject, code in ((str(case.pk), "CLOSED_ALREADY"), ("0", "NO_SUCH_CASE"), ("x", "NO_SUCH_CASE")):
        with pytest.raises(ProposalRefused) as error:
            proposals.propose(kind="CLOSE_CASE", subject=subject, new={}, reason="test", by=by)
        assert error.value.code == code
    assert Proposal.objects.count() == 1


def test_cash_nobody_is_named_for_is_no_break(listing: Listing, by: User) -> None:
    case = Case.objects.create(kind="UNMATCHED", asset_id=CASH, subject="E-1", opened_at=clock.now())
    assert stops(case) == "nothing"
    with refused("NO_BREAK"):
        close_case(case=case, resolution="Mine.", by=by)


# --- Files ---------------------------------------------------------------------------------------------

DAY = "2026-01-05"
BAD_FILES = {
    "not text": (b"\xff\xfe\x00", "NOT_TEXT", "no CSV file in UTF-8"),
    "nothing": (b"", "WRONG_HEAD", "The first line has to be as_of,symbol,account,quantity."),
    "another head": (b"symbol,quantity\n", "WRONG_HEAD", "The first line"),
    "a head and no more": (a_file(), "EMPTY_FILE", "no positions"),
    "a column too few": (a_file(f"{DAY},ACME,1"), "WRONG_LINE", "Line 2: it has 3 columns, not 4."),
    "an unknown symbol": (a_file(f"{DAY},NOPE,,1"), "WRONG_LINE", "Line 2: there is no listing 'NOPE'."),
    "no day": (a_file("5.1.2026,ACME,,1"), "WRONG_LINE", "Line 2: '5.1.2026' is no day"),
    "a negative quantity": (a_file(f"{DAY},ACME,,-1"), "WRONG_LINE", "Line 2: '-1' is no quantity of ACME"),
    "half a lot": (a_file(f"{DAY},ACME,,0.5"), "WRONG_LINE", "which comes in 1."),
    "no number": (a_file(f"{DAY},ACME,,NaN"), "WRONG_LINE", "'NaN' is no quantity"),
    "more than there can be": (a_file(f"{DAY},ACME,,1e30"), "WRONG_LINE", "'1e30' is no quantity"),
    "a number without bounds": (a_file(f"{DAY},ACME,,9E+999999"), "WRONG_LINE", "is no quantity"),
    "two days": (a_file(f"{DAY},ACME,A,1", "2026-01-06,ACME,B,1"), "WRONG_LINE", "Line 3: it is of 2026"),
    "a day ahead": (a_file("2999-01-01,ACME,,1"), "DAY_AHEAD", "has not begun"),
    "an account twice": (a_file(f"{DAY},ACME,A,1", f"{DAY},ACME,A,1"), "WRONG_LINE", "Line 3: this position"),
    "by account and as a whole": (
        a_file(f"{DAY},ACME,A,1", f"{DAY},ACME,,1"), "WRONG_LINE", "not both"
    ),
    "no account's number": (a_file(f"{DAY},ACME,{'9' * 17},1"), "WRONG_LINE", "no account has such a number"),
    "a quote that does not end": (a_file(f'{DAY},ACME,"A,1'), "WRONG_LINE", "cannot be read as CSV"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_wrong_file_is_refused_and_changes_nothing(listing: Listing, what: str) -> None:
    """RECN-007"""
    content, code, message = BAD_FILES[what]
    with pytest.raises(ReconciliationRefused) as error:
        import_positions(source=REGISTER, content=content, file_name="positions.csv")
    assert error.value.code == code
    assert message in str(error.value)
    assert not PositionFile.objects.exists() and not PositionLine.objects.exists()
    assert not Case.objects.exists()


def test_a_file_is_taken_in_once(listing: Listing, holder: Account, by: User) -> None:
    """RECN-007"""
    content = a_file(f"{today()},ACME,{holder.number},100")
    file, _ = import_positions(source=REGISTER, content=content, file_name="positions.csv", by=by)
    with refused("ALREADY_IMPORTED"):
        import_positions(source=REGISTER, content=content, file_name="another.csv", by=by)
    assert PositionFile.objects.get() == file
    facts = AuditEntry.objects.get(action="POSITIONS_IMPORTED", actor=by).facts
    assert facts == {"file": "positions.csv", "lines": 1, "sha256": file.sha256}


def test_a_custodian_may_say_the_very_same_as_the_register(listing: Listing, holder: Account) -> None:
    content = a_file(f"{today()},ACME,,100")
    for source in (REGISTER, CUSTODIAN):
        import_positions(source=source, content=content, file_name="positions.csv")
    assert PositionFile.objects.count() == 2


def test_the_command_takes_a_file_in(listing: Listing, holder: Account, tmp_path: Path) -> None:
    path, output = tmp_path / "register.csv", StringIO()
    # As a spreadsheet writes it.
    text = f"as_of,symbol,account,quantity\r\n{today()},ACME,{holder.number},99.0\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    call_command("import_positions", "REGISTER", str(path), stdout=output)
    compared = f"Holdings and the register: ACME as of {today()}, ours 100 ACME, theirs 99 ACME"
    assert output.getvalue().splitlines() == [
        f"REGISTER {today()}: 1 positions taken in.",
        f"{compared}: DIFFERS in 1 places",
    ]
    with pytest.raises(CommandError, match="ALREADY_IMPORTED: This very file"):
        call_command("import_positions", "REGISTER", str(path), stdout=output)
    with pytest.raises(CommandError, match="UNREADABLE: No such file"):
        call_command("import_positions", "REGISTER", str(tmp_path / "nope.csv"), stdout=output)
