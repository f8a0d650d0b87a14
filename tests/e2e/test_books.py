"""An investor's money, from the bank and back to it: cash comes by a bank's file, trades settle as the
next business day begins, and cash goes once two people have released it. Documents say what the ledger says.
"""

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, ViewportSize, expect
from pypdf import PdfReader

from portal import clock
from portal.models import Account
from tests.e2e.desk import Desk
from tests.e2e.people import Investor, a_supervisor, an_investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults
from tests.support.programs import wait_until
from trading import cash
from trading.models import (
    CASH,
    Balance,
    BankAccount,
    Instruction,
    Listing,
    LotEntry,
    SettlementState,
    Transfer,
    Withdrawal,
)
from trading.tests.cash.bank import a_file, debit, deposit_of
from trading.tests.factories import a_fee_schedule, a_listing, buy, entered, sell

PAGES = ("/portfolio", "/cash", "/documents")
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def listing() -> Listing:
    return a_listing("BOOKS", rail=Listing.Rail.BOOK_ENTRY_T1)


@pytest.fixture
def ada(listing: Listing) -> Investor:
    """Who has nothing yet."""
    ada = an_investor(listing)
    Account.objects.filter(pk=ada.account.pk).update(name="Ada Example")
    ada.account.refresh_from_db()
    return ada


@pytest.fixture
def another_desk(windows: Windows) -> Desk:
    return Desk(windows.open("/admin/", user=a_supervisor()))


def test_from_the_bank_through_trades_back_to_the_bank(
    windows: Windows, desk: Desk, another_desk: Desk, listing: Listing, ada: Investor, tmp_path: Path
) -> None:
    a_fee_schedule(listing=listing, maker_rate=10_000, taker_rate=10_000)  # 1 %
    seller, bidder = an_investor(listing, lots=500), an_investor(listing, cents=10_000_00)
    page = windows.open("/cash", user=ada.user)
    expect(page.locator(".deposit-reference")).to_contain_text(ada.account.number)
    add_bank_account(page, ada)
    verify(desk, BankAccount.objects.get(account=ada.account))

    take_in(desk, tmp_path, a_file(deposit_of(ada.account, "1000.00"), statement_id="BOOKS-1"), "Deposit of")
    page.goto("/cash")
    expect(page.locator(".cash-figure")).to_have_text("$1,000.00")
    expect(movements(page).first).to_contain_text("Deposit from your bank+$1,000.00$1,000.00")

    entered(sell(seller.account, listing, 40, 1250))
    screen = TradingScreen(page, listing)
    page.goto(f"/markets/{listing.symbol}")
    screen.is_live()
    screen.order("Buy", 40, "12.50")
    screen.says("Filled 40 BOOKS at 12.50")
    expect(screen.tab("Fills").first).to_contain_text("$500.00$5.00Settles")
    page.goto("/portfolio")
    expect(holding(page, "BOOKS")).to_have_text(["0", "+40", "0", "0", "12.50", "$500.00", "–"])
    bought = one(ada.account, state=SettlementState.AFFIRMED)
    page.get_by_role("link", name="settlement of 40 BOOKS").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bought 40 BOOKS at 12.50")
    expect(page.locator("[aria-current=step]")).to_contain_text("Affirmed")
    expect(page.locator(".step-next")).to_contain_text("It settles as the next business day begins (T+1).")
    fits(page)

    until(bought.due_at)
    page.reload()
    expect(page.locator("[aria-current=step]")).to_contain_text("Settled")
    page.goto("/portfolio")
    expect(holding(page, "BOOKS")).to_have_text(["40", "–", "0", "40", "12.50", "$500.00", "−$5.00"])
    page.get_by_role("button", name="Lots of BOOKS").click()
    lots = page.get_by_role("group", name="Lots of BOOKS")
    expect(lots.locator("tbody tr")).to_contain_text(["Bought here4012.50$505.00$500.00−$5.00"])
    fits(page)

    entered(buy(bidder.account, listing, 30, 1300))
    page.goto(f"/markets/{listing.symbol}")
    screen.is_live()
    screen.order("Sell", 30, "13.00")
    screen.says("Filled 30 BOOKS at 13.00")
    sold = one(ada.account, state=SettlementState.AFFIRMED)
    page.goto("/cash")
    expect(page.locator(".cash-figure")).to_have_text("$495.00")  # what was got for it has yet to settle
    expect(page.locator(".cash-parts")).to_contain_text("From sales not settled$386.10")
    target = BankAccount.objects.get(account=ada.account)
    usable_at = cash.usable_from(target)
    assert usable_at is not None
    until(sold.due_at, usable_at)
    page.goto(f"/trades/{sold.pk}")
    expect(page.locator("[aria-current=step]")).to_contain_text("Settled")
    [taken] = LotEntry.objects.filter(lot__account=ada.account, proceeds__isnull=False)
    assert (taken.cost, taken.proceeds) == (-378_75, 386_10)
    expect(page.get_by_role("group", name="Lots of BOOKS").locator("tbody tr")).to_contain_text(
        ["−3012.50$378.75$386.10+$7.35"]
    )

    withdraw(page, "881.11", too_much="$881.10 can be withdrawn now.")
    withdraw(page, "600.00")
    row = Withdrawal.objects.get(account=ada.account)
    desk.page.goto(f"/admin/trading/withdrawal/{row.pk}/change/")
    desk.page.get_by_role("link", name="Propose to release it").click()
    another_desk.approve(desk.propose("Known for years."), "Released to the bank")
    page.reload()
    expect(withdrawal(page)).to_contain_text("On its way through the bank.")
    expect(page.locator(".cash-figure")).to_have_text("$281.10")
    paid = debit("600.00", row.reference, "Ada Example")
    take_in(desk, tmp_path, a_file(paid, statement_id="BOOKS-2"), row.reference)
    page.reload()
    expect(withdrawal(page)).to_contain_text("The bank has paid it.")
    expect(movements(page).first).to_contain_text("Withdrawal released to your bank−$600.00$281.10")
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_text("Loading …")).to_have_count(0)
        fits(page)
    documents_say_what_the_ledger_says(page, ada.account, bought, sold)


# --- At the desk ------------------------------------------------------------------------------------------


def take_in(desk: Desk, directory: Path, statement: bytes, *books: str) -> None:
    """Upload a bank's file, read what it would book, and book it."""
    file = directory / f"{Transfer.objects.count()}.csv"
    file.write_bytes(statement)
    desk.page.goto("/admin/trading/bankstatement/take-in/")
    desk.page.get_by_label("File").set_input_files(file)
    desk.page.get_by_role("button", name="Look at it").click()
    for text in books:
        expect(desk.page.get_by_role("main")).to_contain_text(text)
    desk.page.get_by_role("button", name="Book it").click()
    expect(desk.page.locator(".messagelist")).to_contain_text("is booked. Entries: 1.")


def verify(desk: Desk, row: BankAccount) -> None:
    desk.page.goto(f"/admin/trading/bankaccount/{row.pk}/change/")
    desk.page.get_by_role("link", name="Verify it").click()
    desk.page.get_by_label("How it was verified").fill("Two cents were sent, and named.")
    desk.page.get_by_role("button", name="Verify it").click()
    expect(desk.page.locator(".messagelist")).to_be_visible()


# --- At the investor's ------------------------------------------------------------------------------------


def add_bank_account(page: Page, investor: Investor) -> None:
    page.get_by_role("region", name="Bank accounts").get_by_role("button", name="Add").click()
    dialog = page.get_by_role("dialog", name="Add a bank account")
    expect(dialog.get_by_label("Holder")).to_have_value(investor.account.name)
    for label, text in {
        "Bank": "First Bank of Nowhere", "Routing number": "123456780", "Account number": "000123456",
    }.items():  # fmt: skip
        dialog.get_by_label(label, exact=True).fill(text)
    assert not grave_faults(page)
    dialog.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Waiting for the venue to verify it.")).to_be_visible()


def withdraw(page: Page, amount: str, *, too_much: str = "") -> None:
    page.goto("/cash")
    panel = page.get_by_role("region", name="Withdraw", exact=True)
    panel.get_by_label("Amount, USD").fill(amount)
    panel.get_by_role("button", name="Withdraw …").click()
    if too_much:
        expect(panel).to_contain_text(too_much)
        return
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("First Bank of Nowhere •••• 3456 of Ada Example")
    assert not grave_faults(page)
    dialog.get_by_role("button", name=f"Withdraw ${amount}").click()
    expect(withdrawal(page)).to_contain_text("Two people at the venue have to release it.")


def holding(page: Page, symbol: str) -> Locator:
    return (
        page.get_by_role("row").filter(has=page.get_by_role("button", name=f"Lots of {symbol}")).locator("td")
    )


def movements(page: Page) -> Locator:
    return page.get_by_role("region", name="Movements").locator("tbody tr")


def withdrawal(page: Page) -> Locator:
    """The only one."""
    return page.get_by_role("region", name="Withdrawals").locator("tbody tr")


def fits(page: Page) -> None:
    """Shuts nobody out, and goes into the width of a phone."""
    assert not grave_faults(page)
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(before)


# --- Documents --------------------------------------------------------------------------------------------


def documents_say_what_the_ledger_says(page: Page, account: Account, *trades: Instruction) -> None:
    page.goto("/documents")
    settled = Balance.objects.get(account=account, asset=CASH).settled
    assert settled == 281_10
    for row, words in zip(trades, ("Bought 40 BOOKS", "Sold 30 BOOKS"), strict=True):
        fee = Transfer.objects.get(kind="TRADE_FEE", reference__startswith=f"TRADE_FEE:{row.name}:",
                                   debit_account=account).amount  # fmt: skip
        text = pdf_of(downloaded(page, rf"{words} "))
        for cents in (row.amount, fee, row.amount + (fee if row.buyer_id == account.pk else -fee)):
            assert f"{Decimal(cents) / 100:,.2f}" in text
    text = pdf_of(downloaded(page, "Statement, "))
    for transfer in Transfer.objects.filter(asset=CASH, debit_account=account):
        assert f"{Decimal(transfer.amount) / 100:,.2f}" in text
    assert "281.10" in text and "Ada Example" in text and account.number in text
    rows = list(csv.reader(io.StringIO(downloaded(page, "Statement, ", "CSV").decode())))
    assert any("281.10" in cell for row in rows for cell in row)


def downloaded(page: Page, title: str, file_format: str = "PDF") -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(rf"^{title}.*, {file_format}$")).first.click()
    download: Download = waiting.value
    assert download.suggested_filename.endswith(f".{file_format.lower()}")
    return Path(download.path()).read_bytes()


def pdf_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


# --- Time -------------------------------------------------------------------------------------------------


def one(account: Account, *, state: str) -> Instruction:
    """The account's only settlement of this state, once it is there."""

    def found() -> Instruction | None:
        mine = Instruction.objects.filter(state=state)
        return (mine.filter(buyer=account) | mine.filter(seller=account)).first()

    wait_until(lambda: found() is not None, f"a settlement {state}")
    row = found()
    assert row is not None
    return row


def until(*moments: datetime) -> None:
    """Move the venue's clock past these moments."""
    by = max(moments) - clock.now() + timedelta(minutes=1)
    if by > timedelta(0):
        clock.advance(by=by)
