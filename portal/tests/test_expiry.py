"""What ends is said before it ends, once for each day, and shown on the account's page."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from portal import clock, expiry, standing, vault
from portal.models import Account, Application, Identity, Notice, User
from portal.tests.factories import a_user, an_account, an_operator

pytestmark = pytest.mark.django_db

ENDS = {
    "identity_until": "Identity",
    "accredited_until": "Accredited status",
    "tax_until": "Tax form",
}


def days(n: int) -> date:
    return clock.today() + timedelta(days=n)


def subjects(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize("name", ENDS)
def test_members_are_told_30_and_7_days_before_and_on_the_last_day_once_each(name: str) -> None:
    """STND-020"""
    user, until = a_user(), days(31)
    fields: dict[str, Any] = {name: until}
    account = an_account(user, **fields)
    told = {}
    for left in range(31, -3, -1):
        if expiry.remind():
            told[left] = subjects(user)[-1]
        assert expiry.remind() == 0, "told once"
        clock.advance(by=timedelta(days=1))
    what, day = f"{ENDS[name]} of {account.number}", f"{until.day} {until:%B %Y}"
    assert told == {30: f"{what} ends on {day}", 7: f"{what} ends on {day}", 0: f"{what} ends today, {day}"}
    assert set(Notice.objects.values_list("link", "kind")) == {("/apply", "EXPIRY")}


def test_reminders_missed_are_told_late_and_the_last_of_them_says_all() -> None:
    user = a_user()
    an_account(user, identity_until=days(-3))
    assert expiry.remind() == 1
    assert "ended on" in subjects(user)[0]


def test_what_is_renewed_is_reminded_of_anew() -> None:
    user = a_user()
    account = an_account(user, identity_until=days(5))
    assert expiry.remind() == 1
    standing.verify(account=account, matter="IDENTITY", dated=days(0), expires_on=days(20), by=an_operator())
    assert expiry.remind() == 1
    assert len(subjects(user)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"accredited_until": None},
        {"investor_class": "QIB", "accredited_until": date(2020, 1, 1)},
        {"status": "CLOSED", "identity_until": date(2020, 1, 1)},
        {"kind": "CONTRA", "identity_until": date(2020, 1, 1)},
    ],
)
def test_nobody_is_reminded_of_what_they_have_not(fields: dict[str, Any]) -> None:
    an_account(a_user(), **fields)
    assert expiry.remind() == 0


def an_identity(account: Account, *, id_expires_on: date, purpose: str = "OPEN") -> Identity:
    application = Application.objects.create(
        applicant=account.members.get(), kind="INDIVIDUAL", purpose=purpose, account=account,
        key=vault.new_key(), stage="APPROVED", started_at=clock.now(), decided_at=clock.now(),
        decided_by=an_operator(),
    )  # fmt: skip
    return Identity.objects.create(
        application=application, role="HOLDER", first_name="Ada", last_name="Byron", id_kind="PASSPORT",
        id_expires_on=id_expires_on,
    )  # fmt: skip


def test_the_end_of_an_identity_document_is_told_too() -> None:
    user = a_user()
    account = an_account(user)
    an_identity(account, id_expires_on=days(7))
    assert expiry.remind() == 1
    assert subjects(user)[0].startswith(f"Passport of Ada Byron of {account.number} ends on ")
    an_identity(account, id_expires_on=days(2000), purpose="RENEW_IDENTITY")
    clock.advance(by=timedelta(days=7))
    assert expiry.remind() == 0, "another one was handed in since"


def test_reminding_many_takes_no_query_more_for_those_told(django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        an_account(a_user(), identity_until=days(3))
    assert expiry.remind() == 5
    with django_assert_max_num_queries(6):
        assert expiry.remind() == 0


# --- The page ---------------------------------------------------------------------------------------------


def page_of(user: User, query: str = "") -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/api/v1/standing{query}")


def test_the_page_says_until_when_each_is_good_and_what_it_rests_on() -> None:
    user = a_user()
    account = an_account(user, identity_until=days(200), tax_until=date.max)
    standing.verify(
        account=account, matter="ACCREDITATION", category="AI06", method="A", dated=days(0),
        expires_on=days(20), by=an_operator(),
    )  # fmt: skip
    body = page_of(user).json()
    rows = [(r["matter"], r["state"], r["until"], r["rests_on"], r["renew"]) for r in body["matters"]]
    assert rows == [
        ("IDENTITY", "GOOD", str(days(200)), "", "RENEW_IDENTITY"),
        ("ACCREDITATION", "ENDS_SOON", str(days(20)), "Income, by tax forms (method A)", "ACCREDITATION"),
        ("TAX", "GOOD", None, "", "RENEW_IDENTITY"),
    ]
    assert body["may_buy"] is True


@pytest.mark.parametrize(
    ("until", "state"),
    [(None, "NONE"), (-1, "ENDED"), (0, "ENDS_SOON"), (30, "ENDS_SOON"), (31, "GOOD")],
)
def test_the_edges_of_each_state(until: int | None, state: str) -> None:
    user = a_user()
    an_account(user, identity_until=None if until is None else days(until))
    body = page_of(user).json()
    assert body["matters"][0]["state"] == state
    assert body["may_buy"] is (state not in ("NONE", "ENDED"))


def test_others_accounts_do_not_exist() -> None:
    other = an_account(a_user())
    assert page_of(a_user(), f"?account={other.pk}").status_code == 404
