"""The account an approved application opens."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from portal.applications import opening
from portal.models import Account, Application, TaxForm
from portal.tax import masked_tin
from portal.tests.applications.people import Browser, a_persons_answers, abroad, an_llc, ready, two_people
from portal.tests.factories import a_user, an_account, an_operator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_checks(settings: Any) -> None:
    settings.ONBOARDING_CHECKS = []


def opened(browser: Browser) -> Account:
    application, by = browser.application, an_operator()
    with transaction.atomic():
        account = opening.open_account(application=application, by=by)
        Application.objects.filter(pk=application.pk).update(stage="APPROVED", account=account, decided_by=by)
    return account


def test_its_number_is_the_next_and_its_applicant_signs_for_it() -> None:
    Account.objects.filter(pk=an_account().pk).update(number="A-001234")
    account = opened(browser := ready())
    assert (account.number, account.name) == ("A-001235", "Avery Lindqvist")
    assert [(row.user, row.role) for row in account.memberships.all()] == [(browser.user, "SIGNER")]
    assert (account.investor_class, account.key) == ("RETAIL", browser.application.key)


def test_the_tax_form_is_recorded_as_certified() -> None:
    account = opened(ready())
    form = TaxForm.objects.get(account=account)
    assert (form.kind, form.name, masked_tin(form)) == ("W9", "Avery Lindqvist", "•••4399")
    assert form.address == "1 Main Street\nNew York NY 10001\nUS"
    account.refresh_from_db()
    assert account.tax_until == date.max


def test_who_lives_abroad_is_no_us_person_and_signs_a_w8ben() -> None:
    account = opened(ready(answers=abroad()))
    form = TaxForm.objects.get(account=account)
    assert (account.investor_class, form.kind, form.country) == ("NON_US", "W8BEN", "NO")
    assert form.treaty_rate == Decimal(15)


def test_a_second_account_of_one_taxpayer_has_the_same_owner() -> None:
    """STPR-001"""
    first = opened(ready())
    second = opened(ready(Browser(a_user(password=None))))
    assert second.same_owner_as == first
    assert opened(ready()).same_owner_as == first
    answers = a_persons_answers()
    answers["TAX"]["people"][0]["tin"] = "219-09-9998"
    assert opened(ready(answers=answers)).same_owner_as is None


def test_joint_holders_and_entities_are_named_as_they_hold() -> None:
    assert opened(ready(kind="JOINT", answers=two_people())).name == (
        "Avery Lindqvist and Robin Sato, joint tenants"
    )
    account = opened(ready(kind="LLC", answers=an_llc()))
    assert account.name == "Fjord Ventures LLC"
    assert TaxForm.objects.get(account=account).name == "Fjord Ventures LLC"
