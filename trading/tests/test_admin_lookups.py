"""What may be asked of the desk's lists by their address: what the pages offer, and nothing that fails."""

import re
from html import unescape

import pytest
from django.db import models, transaction

from portal.models import AuditEntry, Proposal, User
from portal.tests.desk import a_superuser, desk_models, list_of
from portal.tests.factories import an_account
from trading.models import Order
from trading.tests.factories import a_listing, buy, funded, worked

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", desk_models(), ids=lambda model: model.__name__)
def test_every_filter_a_list_offers_may_be_asked(model: type[models.Model]) -> None:
    listing, account = a_listing(), funded(cents=10_000)
    worked(listing, buy(account, listing, 1, 500))
    desk = a_superuser()
    offered = set(re.findall(r'href="(\?[^"]+)"', desk.get(list_of(model)).content.decode()))
    for query in offered:
        assert desk.get(list_of(model) + unescape(query)).status_code == 200, query


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (AuditEntry, "subject__iregex=("), (AuditEntry, "subject__iregex=(a%2B)%2B$"),
        (AuditEntry, "subject__contains=a"), (AuditEntry, "facts__has_key=a"),
        (AuditEntry, "actor__password__startswith=argon2"), (User, "password__startswith=argon2"),
        (User, "memberships__account__number=A-1"), (Order, "cl_ord_id__icontains=a"),
        (Proposal, "proposed_by__password__gt=a"), (Proposal, "new__seq__gt=1"),
    ],
)  # fmt: skip
def test_no_other_lookup_may(model: type[models.Model], query: str) -> None:
    assert a_superuser().get(f"{list_of(model)}?{query}").status_code == 400


def test_rows_are_led_to_by_what_they_are_about() -> None:
    account = an_account()
    for model, query in (
        (AuditEntry, f"subject__exact={account.number}"), (Order, f"account__id__exact={account.pk}"),
        (Proposal, "status__exact=PROPOSED"), (AuditEntry, "at__year=2026&at__month=3"),
    ):  # fmt: skip
        assert a_superuser().get(f"{list_of(model)}?{query}").status_code == 200


@pytest.mark.parametrize("model", desk_models(), ids=lambda model: model.__name__)
@pytest.mark.parametrize("value", ["%00", "a%00", "9" * 30, "9" * 5000, "-1", "(", "%ff", "x,y", "%ed%a0%80"])
def test_no_value_is_too_strange(model: type[models.Model], value: str) -> None:
    desk = a_superuser()
    columns = [field.name for field in model._meta.concrete_fields]
    names = [*columns, *(f"{name}__exact" for name in columns), "account__id__exact", "q", "p", "o", "kind"]
    for name in names:
        with transaction.atomic():
            assert desk.get(f"{list_of(model)}?{name}={value}").status_code < 500, name
            transaction.set_rollback(True)  # what PostgreSQL itself refused has spoilt it for the next


@pytest.mark.parametrize("ids", ["9" * 5000, "9" * 30, "", "x", "-1", "\u0663", "1.0"])
@pytest.mark.parametrize(
    "page",
    ["trading/listing/halt/?listing=", "trading/listing/resume/?listing=", "portal/account/suspend/?account=",
     "portal/account/reinstate/?account="],
)  # fmt: skip
def test_an_act_on_what_is_no_id_is_an_act_on_nothing(page: str, ids: str) -> None:
    response = a_superuser().get(f"/admin/{page}{ids}", follow=True)
    assert response.status_code == 200
    assert b"Choose at least one" in response.content
