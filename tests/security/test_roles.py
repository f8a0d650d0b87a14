"""Who may do what: the owner, a teammate in the same account, a stranger with an account of her own, an
operator, and whoever is not signed in; at every address and every socket there is.

Denied means: it is not there (404, so that nobody learns what is), and nothing has changed.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from compliance.services import suspend_account
from portal import clock, roles
from portal.models import AccountMember, User
from portal.roles import grant_roles
from portal.tests.factories import a_user
from tests.support.sockets import HOST, Socket
from trading import cash, consumers
from trading.models import BankAccount, Custodian, Instruction, Listing, Order, Withdrawal
from trading.tests.api import contract
from trading.tests.api.contract import ContractClient
from trading.tests.api.venue import Venue, a_venue, everything, signed_in
from trading.tests.factories import a_cl_ord_id, a_listing, buy, funded, sell, worked

act = database_sync_to_async
_numbers = count(1)


class Access(NamedTuple):
    """How an operation is asked about the owner's account, and what its people get."""

    path: str
    members: int = 200
    public: bool = False
    desk: bool = False
    custodian: bool = False
    body: Callable[[Venue], dict[str, Any]] | None = None


def _order(venue: Venue) -> dict[str, Any]:
    return venue.order()


def _change(venue: Venue) -> dict[str, Any]:
    return {"cl_ord_id": a_cl_ord_id()}


def _replace(venue: Venue) -> dict[str, Any]:
    return {"cl_ord_id": a_cl_ord_id(), "order_qty": "30", "price": "12.00"}


def _pair(venue: Venue) -> dict[str, Any]:
    order = venue.order(order_qty="1")
    shared = {k: order[k] for k in ("account", "symbol", "side", "order_qty", "time_in_force")}
    stop = {"cl_ord_id": a_cl_ord_id(), "ord_type": "STOP", "stop_px": "13.00"}
    return shared | {"limit": {"cl_ord_id": a_cl_ord_id(), "price": "12.00"}, "stop": stop}


def _lots(venue: Venue) -> dict[str, Any]:
    return {"lots": []}


def _bank_account(venue: Venue) -> dict[str, Any]:
    return {
        "account": str(venue.account.pk), "holder": venue.account.name, "bank_name": "First Example Bank",
        "routing_number": "021000021", "account_number": f"9{next(_numbers):08}",
    }  # fmt: skip


def _withdrawal(venue: Venue) -> dict[str, Any]:
    return {
        "account": str(venue.account.pk), "bank_account_id": str(_at_the_bank(venue)[0].pk), "amount": "1.00",
        "request_id": a_cl_ord_id(),
    }  # fmt: skip


def _at_the_bank(venue: Venue) -> list[BankAccount]:
    """The one withdrawals go to, and others."""
    kept = BankAccount.objects.filter(account=venue.account).exclude(status=BankAccount.Status.REMOVED)
    return list(kept.order_by("pk"))


def _message(venue: Venue) -> dict[str, Any]:
    sale = Instruction.objects.get(listing__symbol="TOMO")
    return {"message_id": a_cl_ord_id(), "instruction": str(sale.pk), "kind": "AFFIRM", "side": "SELL"}


def _cancel_all(venue: Venue) -> dict[str, Any]:
    return {"cl_ord_id": a_cl_ord_id(), "account": str(venue.account.pk)}


OPERATIONS = {
    ("GET", "/api/v1/session"): Access("/api/v1/session", public=True),
    ("GET", "/api/v1/listings"): Access("/api/v1/listings", public=True),
    ("GET", "/api/v1/listings/{symbol}"): Access("/api/v1/listings/ACME", public=True),
    ("GET", "/api/v1/listings/{symbol}/book"): Access("/api/v1/listings/ACME/book", public=True),
    ("GET", "/api/v1/listings/{symbol}/trades"): Access("/api/v1/listings/ACME/trades", public=True),
    ("GET", "/api/v1/listings/{symbol}/candles"): Access("/api/v1/listings/ACME/candles", public=True),
    ("GET", "/api/v1/listings/{symbol}/auctions"): Access("/api/v1/listings/ACME/auctions", public=True),
    ("GET", "/api/v1/listings/{symbol}/schedule"): Access("/api/v1/listings/ACME/schedule", public=True),
    ("GET", "/api/v1/listings/{symbol}/orders"): Access("/api/v1/listings/ACME/orders", desk=True),
    ("GET", "/api/v1/orders"): Access("/api/v1/orders?account={account}"),
    ("POST", "/api/v1/orders"): Access("/api/v1/orders", 202, body=_order),
    ("POST", "/api/v1/orders/preview"): Access("/api/v1/orders/preview", body=_order),
    ("POST", "/api/v1/orders/pair"): Access("/api/v1/orders/pair", 202, body=_pair),
    ("POST", "/api/v1/orders/pair/preview"): Access("/api/v1/orders/pair/preview", body=_pair),
    ("POST", "/api/v1/orders/cancel-all"): Access("/api/v1/orders/cancel-all", 202, body=_cancel_all),
    ("GET", "/api/v1/orders/{order_id}"): Access("/api/v1/orders/{order}"),
    ("POST", "/api/v1/orders/{order_id}/cancel"): Access("/api/v1/orders/{order}/cancel", 202, body=_change),
    ("POST", "/api/v1/orders/{order_id}/replace"): Access("/api/v1/orders/{order}/replace", 202,
    body=_replace),
    ("GET", "/api/v1/executions"): Access("/api/v1/executions?account={account}"),
    ("GET", "/api/v1/balances"): Access("/api/v1/balances?account={account}"),
    ("GET", "/api/v1/fees"): Access("/api/v1/fees?account={account}"),
    ("GET", "/api/v1/refusals"): Access("/api/v1/refusals?account={account}"),
    ("GET", "/api/v1/settlements"): Access("/api/v1/settlements?account={account}"),
    ("GET", "/api/v1/settlements/{settlement_id}"): Access("/api/v1/settlements/{settlement}"),
    ("PUT", "/api/v1/settlements/{settlement_id}/lots"): Access(
        "/api/v1/settlements/{settlement}/lots", body=_lots
    ),
    ("GET", "/api/v1/lots"): Access("/api/v1/lots?account={account}"),
    ("GET", "/api/v1/cash"): Access("/api/v1/cash?account={account}"),
    ("GET", "/api/v1/cash/movements"): Access("/api/v1/cash/movements?account={account}"),
    ("GET", "/api/v1/bank-accounts"): Access("/api/v1/bank-accounts?account={account}"),
    ("POST", "/api/v1/bank-accounts"): Access("/api/v1/bank-accounts", 201, body=_bank_account),
    ("DELETE", "/api/v1/bank-accounts/{bank_account_id}"): Access(
        "/api/v1/bank-accounts/{bank_account}", 204
    ),
    ("GET", "/api/v1/withdrawals"): Access("/api/v1/withdrawals?account={account}"),
    ("POST", "/api/v1/withdrawals"): Access("/api/v1/withdrawals", 201, body=_withdrawal),
    ("POST", "/api/v1/withdrawals/{withdrawal_id}/cancel"): Access("/api/v1/withdrawals/{withdrawal}/cancel"),
    ("GET", "/api/v1/documents"): Access("/api/v1/documents?account={account}"),
    ("GET", "/api/v1/documents/{kind}/{name}.{file_format}"): Access(
        "/api/v1/documents/CONFIRMATION/{confirmation}.csv?account={account}"
    ),
    ("GET", "/api/v1/custodian/instructions"): Access("/api/v1/custodian/instructions", custodian=True),
    ("POST", "/api/v1/custodian/messages"): Access(
        "/api/v1/custodian/messages", custodian=True, body=_message
    ),
}  # fmt: skip
PRIVATE = [op for op, access in OPERATIONS.items() if not (access.public or access.desk or access.custodian)]
CUSTODIAN = [operation for operation, access in OPERATIONS.items() if access.custodian]
DESK = [operation for operation, access in OPERATIONS.items() if access.desk]
PUBLIC = [operation for operation, access in OPERATIONS.items() if access.public]


@pytest.fixture
def venue(db: None) -> Venue:
    """With a sale that is pending, bank accounts, and a withdrawal that has been asked for."""
    venue = a_venue()
    tomorrow = a_listing("TOMO", rail=Listing.Rail.BOOK_ENTRY_T1)
    funded(account=venue.account, lots=5, listing=tomorrow)
    other = funded(cents=100_000)
    worked(tomorrow, sell(venue.account, tomorrow, 5, 1000), buy(other, tomorrow, 5, 1000))
    long_ago = clock.now() - timedelta(days=90)
    for number in range(4):
        BankAccount.objects.create(
            account=venue.account, holder=venue.account.name, bank_name="Bank", routing_number="021000021",
            account_number=f"{number:09}", status=BankAccount.Status.VERIFIED, added_at=long_ago,
            verified_at=long_ago, added_by=venue.owner,
        )  # fmt: skip
    cash.request_withdrawal(
        account=venue.account, bank_account_id=_at_the_bank(venue)[0].pk, cents=500, request_id="first",
        by=venue.owner,
    )  # fmt: skip
    return venue


def ask(client: ContractClient, operation: tuple[str, str], venue: Venue) -> Any:
    access = OPERATIONS[operation]
    sale = Instruction.objects.filter(seller=venue.account, listing__symbol="TOMO").first()
    path = access.path.format(
        account=venue.account.pk, order=venue.bid.pk, settlement=sale and sale.pk,
        confirmation=f"TOMO-{sale and sale.trade_seq}-SELL", bank_account=_at_the_bank(venue)[-1].pk,
        withdrawal=Withdrawal.objects.get(request_id="first").pk,
    )  # fmt: skip
    body = None if access.body is None else json.dumps(access.body(venue))
    send = getattr(client, operation[0].lower())
    return send(path) if body is None else send(path, body, content_type="application/json")


def test_what_is_open_to_everybody_says_so_in_the_schema() -> None:
    """That every operation there is has its place is said in test_role_matrix.py."""
    for (method, path), access in OPERATIONS.items():
        assert ("security" in contract.schema()["paths"][path][method.lower()]) != access.public


@pytest.mark.parametrize("operation", PRIVATE)
def test_an_accounts_people_may_use_it(venue: Venue, operation: tuple[str, str]) -> None:
    for person in (venue.owner, venue.teammate):
        assert ask(signed_in(person), operation, venue).status_code == OPERATIONS[operation].members


@pytest.mark.parametrize("operation", PRIVATE)
def test_nobody_else_may(venue: Venue, operation: tuple[str, str]) -> None:
    venue.bid.refresh_from_db()
    before = everything()
    for person in (venue.stranger, venue.operator):
        response = ask(signed_in(person), operation, venue)
        assert (response.status_code, contract.code(response)) == (404, "NOT_FOUND"), person
        for secret in (venue.account.number, venue.account.name, venue.bid.cl_ord_id, venue.owner.email):
            assert secret not in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize("operation", DESK)
def test_single_orders_of_others_are_for_the_desk_only(venue: Venue, operation: tuple[str, str]) -> None:
    """MKTD-003"""
    grant_roles()
    allowed = {roles.MARKET_SUPERVISOR, roles.MARKET_OPERATOR, roles.COMPLIANCE_OFFICER, roles.EXAMINER}
    for role in [*roles.ROLES, roles.EXAMINER]:
        operator = a_user(password=None, is_staff=True)
        operator.groups.add(Group.objects.get(name=role))
        response = ask(signed_in(operator), operation, venue)
        assert response.status_code == (200 if role in allowed else 403), role
    assert ask(signed_in(venue.operator), operation, venue).status_code == 200

    was_staff = a_user(password=None, is_staff=False)
    was_staff.groups.add(Group.objects.get(name=roles.MARKET_SUPERVISOR))
    for person in (venue.owner, venue.teammate, venue.stranger, was_staff):
        response = ask(signed_in(person), operation, venue)
        assert (response.status_code, contract.code(response)) == (403, "NOT_ALLOWED")
        for secret in (venue.account.number, str(venue.bid.pk)):
            assert secret not in response.content.decode()


@pytest.mark.parametrize("operation", CUSTODIAN)
def test_only_the_custodian_of_a_listing_has_a_say_in_its_settlement(
    venue: Venue, operation: tuple[str, str]
) -> None:
    mine, others = (
        Custodian.objects.create(code=code, name=f"{code} Trust", user=a_user(password=None))
        for code in ("MINE", "OTHER")
    )
    Instruction.objects.filter(listing__symbol="TOMO").update(state="INSTRUCTED", custodian=mine)
    before = everything()
    for person in (venue.owner, venue.teammate, venue.stranger, venue.operator):
        response = ask(signed_in(person), operation, venue)
        assert (response.status_code, contract.code(response)) == (404, "NOT_FOUND")
    theirs = ask(signed_in(others.user), operation, venue)
    assert theirs.status_code == 404 or theirs.json()["results"] == []
    assert venue.account.number not in theirs.content.decode() and everything() == before
    heard = ask(signed_in(mine.user), operation, venue)
    assert heard.status_code == 200 and venue.account.number in heard.content.decode()


@pytest.mark.parametrize("operation", [*PRIVATE, *DESK, *CUSTODIAN])
def test_whoever_is_not_signed_in_is_told_so(venue: Venue, operation: tuple[str, str]) -> None:
    before = everything()
    response = ask(signed_in(), operation, venue)
    assert (response.status_code, contract.code(response)) == (401, "NOT_SIGNED_IN")
    assert everything() == before


@pytest.mark.parametrize("operation", PUBLIC)
def test_the_market_is_open_to_everybody(venue: Venue, operation: tuple[str, str]) -> None:
    for person in (None, venue.owner, venue.stranger, venue.operator):
        response = ask(signed_in(person), operation, venue)
        assert response.status_code == 200
        if operation != ("GET", "/api/v1/session"):
            for secret in (venue.account.number, venue.bid.cl_ord_id, venue.owner.email):
                assert secret not in response.content.decode()


def test_the_session_tells_each_of_themselves_only(venue: Venue) -> None:
    found = {
        name: signed_in(person).get("/api/v1/session").json()
        for name, person in {
            "owner": venue.owner, "teammate": venue.teammate, "stranger": venue.stranger,
            "operator": venue.operator, "nobody": None,
        }.items()
    }  # fmt: skip
    accounts = {name: [a["id"] for a in session["accounts"]] for name, session in found.items()}
    ours, theirs = str(venue.account.pk), str(venue.strangers.pk)
    assert accounts == {
        "owner": [ours], "teammate": [ours], "stranger": [theirs], "operator": [], "nobody": [],
    }  # fmt: skip
    assert [name for name, session in found.items() if session["is_operator"]] == ["operator"]
    assert [name for name, session in found.items() if not session["signed_in"]] == ["nobody"]
    assert found["owner"]["user"]["email"] == venue.owner.email


def test_lists_hold_ones_own_and_nobody_elses(venue: Venue) -> None:
    """Asked for without an account, which means the only one there is."""
    for person, account in ((venue.owner, venue.account), (venue.stranger, venue.strangers)):
        client = signed_in(person)
        client.send("/api/v1/orders", venue.order(account=str(account.pk), order_qty="99999"))
        orders = client.get("/api/v1/orders").json()["results"]
        assert {row["account"] for row in orders} == {str(account.pk)}
        fills = client.get("/api/v1/executions").json()["results"]
        traded = Order.objects.filter(account=account, cum_qty__gt=0).values_list("pk", flat=True)
        assert sorted(int(row["order_id"]) for row in fills) == sorted(traded) != []
        assert len(client.get("/api/v1/refusals").json()["results"]) == 1
    for path in (
        "orders", "executions", "balances", "refusals", "settlements", "lots", "cash", "cash/movements",
        "bank-accounts", "withdrawals", "documents",
    ):  # fmt: skip
        response = signed_in(venue.operator).get(f"/api/v1/{path}")
        assert contract.code(response) == "ACCOUNT_REQUIRED"


def test_a_former_member_and_a_locked_out_person_have_nothing(venue: Venue) -> None:
    teammate = signed_in(venue.teammate)
    AccountMember.objects.filter(user=venue.teammate).delete()
    for operation in PRIVATE:
        assert ask(teammate, operation, venue).status_code == 404
    owner = signed_in(venue.owner)
    User.objects.filter(pk=venue.owner.pk).update(is_active=False)
    for operation in PRIVATE:
        assert ask(owner, operation, venue).status_code == 401


def test_a_suspended_account_may_look_and_cancel_but_not_trade(venue: Venue) -> None:
    suspend_account(account=venue.account, reason="a test", actor=venue.operator)
    owner = signed_in(venue.owner)
    for operation in PRIVATE:
        if operation[0] == "GET":
            assert ask(owner, operation, venue).status_code == 200
    refused = ask(owner, ("POST", "/api/v1/orders"), venue)
    assert (refused.status_code, contract.code(refused)) == (422, "ACC-SUSPENDED")
    preview = ask(owner, ("POST", "/api/v1/orders/preview"), venue).json()
    assert [reason["code"] for reason in preview["reasons"]] == ["ACC-SUSPENDED"]
    assert ask(owner, ("POST", "/api/v1/orders/{order_id}/cancel"), venue).status_code == 202


# --- Sockets --------------------------------------------------------------------------------------

SOCKETS = {
    "ws/market/<str:symbol>/": "/ws/market/ACME/",
    "ws/markets/": "/ws/markets/",
    r"^ws/account/(?P<account_id>[0-9]{1,18})/$": "/ws/account/{account}/",
    "": "/ws/nothing/here",  # whatever else is asked for
}
NOT_YOURS, UNKNOWN = 4403, 4404


@pytest.fixture
def committed(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> Venue:
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.1)
    return a_venue()


def everybody(venue: Venue) -> dict[str, User | None]:
    return {
        "owner": venue.owner, "teammate": venue.teammate, "stranger": venue.stranger,
        "operator": venue.operator, "nobody": None,
    }  # fmt: skip


async def first_word(path: str, user: User | None) -> str | int:
    """The type of the first message, or the code the socket is closed with."""
    async with Socket.opened(path, user=user) as socket:
        output = await socket.output()
        return output["code"] if output["type"] == "websocket.close" else socket.message(output)["type"]


def test_every_socket_is_covered_here() -> None:
    assert {str(route.pattern) for route in consumers.routes} == set(SOCKETS), "say below who may hear it"


async def test_everybody_may_hear_the_market(committed: Venue) -> None:
    for person in everybody(committed).values():
        assert await first_word("/ws/market/ACME/", person) == "hello"
        assert await first_word("/ws/markets/", person) == "heartbeat"


async def test_only_its_own_people_may_hear_an_account(committed: Venue) -> None:
    path = f"/ws/account/{committed.account.pk}/"
    heard = {name: await first_word(path, person) for name, person in everybody(committed).items()}
    assert heard == {
        "owner": "hello", "teammate": "hello", "stranger": NOT_YOURS, "operator": NOT_YOURS,
        "nobody": NOT_YOURS,
    }  # fmt: skip


async def test_sockets_that_lead_nowhere_are_closed_with_a_code(committed: Venue) -> None:
    nowhere = {
        UNKNOWN: [
            "/ws/market/NOPE/", "/ws/market/acme/", "/ws/market/AC\0ME/", "/ws/market/\ufffd/",
            "/ws/market//",
            "/ws/market/" + "A" * 5000 + "/", "/", "/ws/", "/ws/nothing/here", "/ws/account/x/",
            "/ws/account/-1/", "/ws/account/١/", f"/ws/account/{10**30}/", "/ws/account/" + "9" * 5000 + "/",
        ],
        NOT_YOURS: ["/ws/account/0/", "/ws/account/" + "9" * 18 + "/"],
    }  # fmt: skip
    for code, paths in nowhere.items():
        for path in paths:
            assert await first_word(path, committed.owner) == code, path


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, HOST), ("", HOST), ("null", HOST), ("http://evil.example", HOST), ("file://", HOST),
        ("http://localhost:9999", HOST), ("http://localhost", HOST), (f"http://{HOST}.evil.example", HOST),
        (f"http://evil.example@{HOST}", HOST), (f"http://{HOST}@evil.example", HOST), ("http://[", HOST),
        (f"ftp://{HOST}", HOST), (HOST, HOST), ("http://\xe9", HOST), ("http://127.0.0.1:8000", HOST),
        # A name of the attacker's that was made to lead here.
        ("http://evil.example:8000", "evil.example:8000"), ("http://", ""), ("", ""),
    ],
)  # fmt: skip
async def test_another_sites_page_may_open_no_socket(origin: str | None, host: str) -> None:
    for path in ("/ws/market/ACME/", "/ws/markets/", "/ws/account/1/"):
        _, accepted = await Socket.attempt(path, origin=origin, host=host)
        assert not accepted


async def test_a_trusted_origin_may(committed: Venue, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trade.example"]
    _, accepted = await Socket.attempt("/ws/markets/", origin="https://trade.example")
    assert accepted
    _, accepted = await Socket.attempt("/ws/markets/", origin="http://trade.example")
    assert not accepted


ENDINGS: dict[str, Callable[[Venue, Socket], object]] = {
    "leaves the account": lambda venue, _: AccountMember.objects.filter(user=venue.owner).delete(),
    "is locked out": lambda venue, _: User.objects.filter(pk=venue.owner.pk).update(is_active=False),
    "signs out": lambda _, socket: socket.client.delete("/_allauth/browser/v1/auth/session"),
    "changes the password": lambda venue, _: User.objects.filter(pk=venue.owner.pk).update(password="!new"),
    "is deleted from the sessions": lambda *_: Session.objects.all().delete(),
    "has a session that runs out": lambda *_: Session.objects.update(expire_date="2020-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_the_account_falls_silent_when_its_person(committed: Venue, ending: str) -> None:
    path = f"/ws/account/{committed.account.pk}/"
    async with (
        Socket.opened(path, user=committed.owner) as socket,
        Socket.opened("/ws/markets/", user=committed.owner) as public,
        Socket.opened(path, user=committed.teammate) as teammate,
    ):
        await socket.hear("heartbeat")
        async with asyncio.timeout(5):
            await act(ENDINGS[ending])(committed, socket)
            assert await socket.closed() == NOT_YOURS
        await public.hear("heartbeat")
        if "session" not in ending:
            await teammate.hear("heartbeat")
            await teammate.hear("heartbeat")


async def test_a_locked_out_person_with_a_session_is_told_that_it_is_not_theirs(committed: Venue) -> None:
    await act(User.objects.filter(pk=committed.owner.pk).update)(is_active=False)
    async with Socket.opened(f"/ws/account/{committed.account.pk}/", user=committed.owner) as socket:
        assert await socket.closed() == NOT_YOURS


async def test_signing_out_ends_the_sockets_of_that_browser_only(committed: Venue) -> None:
    path = f"/ws/account/{committed.account.pk}/"
    async with (
        Socket.opened(path, user=committed.owner) as desk,
        Socket.opened(path, user=committed.owner) as phone,
    ):
        await act(desk.client.delete)("/_allauth/browser/v1/auth/session")
        assert await desk.closed() == NOT_YOURS
        for _ in range(3):
            await phone.hear("heartbeat")
