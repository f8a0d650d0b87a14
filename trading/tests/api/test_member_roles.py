"""What the members of an account may do by their role: look, trade, sign."""

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async

from portal.models import AccountMember
from portal.tests.factories import a_user
from tests.support.sockets import Socket
from trading.models import Order
from trading.tests.api import contract
from trading.tests.api.contract import ContractClient
from trading.tests.api.venue import Venue, a_venue, everything, signed_in
from trading.tests.factories import a_cl_ord_id

Role = AccountMember.Role
TRADERS = ("orders", "orders/preview", "orders/{order}/cancel", "orders/{order}/replace", "orders/cancel-all")
SIGNERS = ("bank-accounts", "withdrawals")


@pytest.fixture
def venue(db: None) -> Venue:
    return a_venue()


def member(venue: Venue, role: Role) -> ContractClient:
    person = a_user(password=None)
    AccountMember.objects.create(account=venue.account, user=person, role=role)
    return signed_in(person)


def body_for(path: str, venue: Venue) -> dict[str, Any]:
    change = {"cl_ord_id": a_cl_ord_id()}
    account = {"account": str(venue.account.pk)}
    return {
        "orders": venue.order(),
        "orders/preview": venue.order(),
        "orders/{order}/cancel": change,
        "orders/{order}/replace": change | {"order_qty": "20", "price": "12.00"},
        "orders/cancel-all": change | account,
        "bank-accounts": account
        | {"holder": venue.account.name, "bank_name": "First Example Bank", "routing_number": "021000021",
           "account_number": "900000001"},
        "withdrawals": account | {"bank_account_id": "1", "amount": "1.00", "request_id": a_cl_ord_id()},
    }[path]  # fmt: skip


def ask(client: ContractClient, path: str, venue: Venue) -> Any:
    return client.send(f"/api/v1/{path.format(order=venue.bid.pk)}", body_for(path, venue))


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.VIEWER, path) for path in TRADERS + SIGNERS] + [(Role.TRADER, path) for path in SIGNERS],
)
def test_a_role_too_small_is_told_so_and_changes_nothing(venue: Venue, role: Role, path: str) -> None:
    client = member(venue, role)
    before = everything()
    response = ask(client, path, venue)
    assert (response.status_code, contract.code(response)) == (403, "NOT_YOUR_ROLE")
    assert "signer" in response.json()["error"]["message"]
    assert everything() == before


@pytest.mark.parametrize("path", TRADERS)
def test_traders_trade(venue: Venue, path: str) -> None:
    assert ask(member(venue, Role.TRADER), path, venue).status_code in (200, 202)


@pytest.mark.parametrize("role", Role)
def test_every_member_sees_everything(venue: Venue, role: Role) -> None:
    client = member(venue, role)
    for path in ("orders", "executions", "balances", "cash", "bank-accounts", "withdrawals", "settlements"):
        assert client.get(f"/api/v1/{path}").status_code == 200
    assert client.get(f"/api/v1/orders/{venue.bid.pk}").status_code == 200
    [account] = client.get("/api/v1/session").json()["accounts"]
    assert account["role"] == role


def test_to_know_the_role_costs_no_query(venue: Venue, django_assert_num_queries: Any) -> None:
    """Session, person, account with role, listing."""
    body = body_for("orders/cancel-all", venue) | {"symbol": "NOPE"}
    client = signed_in(venue.owner)
    with django_assert_num_queries(4):
        assert contract.code(client.send("/api/v1/orders/cancel-all", body)) == "UNKNOWN_SYMBOL"


async def test_a_viewer_hears_the_account_and_cannot_have_its_orders_canceled(committed_db: str) -> None:
    venue = await database_sync_to_async(a_venue)()
    viewer = await database_sync_to_async(a_user)(password=None)
    await AccountMember.objects.acreate(account=venue.account, user=viewer, role=Role.VIEWER)
    async with Socket.opened(f"/ws/account/{venue.account.pk}/", user=viewer) as socket:
        await socket.hear("hello")
        await socket.say(json.dumps({"type": "cancel_on_disconnect", "on": True}))
        assert (await socket.hear("refused"))["code"] == "NOT_YOUR_ROLE"
    assert await Order.objects.filter(account=venue.account, ord_status="NEW").aexists()
