"""Tax forms and what is withheld by them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal import clock, tax
from portal.models import Account, AuditEntry
from portal.tests.factories import an_account, an_operator

pytestmark = pytest.mark.django_db

ON = date(2026, 12, 1)
W9 = {"kind": "W9", "country": "US", "tin": "000-00-0001"}
W8BEN = {"kind": "W8BEN", "country": "NO"}


def signed(account: Account, on: str = "2026-01-15", **fields: Any) -> None:
    tax.record_form(
        account=account,
        name=account.name,
        address="1 Main Street",
        signed_on=date.fromisoformat(on),
        **fields,
    )


def rate_of(account: Account, on: date = ON) -> tuple[Decimal, str]:
    return tax.withholding([account.pk], on)[account.pk]


def test_without_a_form_backup_withholding_applies() -> None:
    assert rate_of(an_account()) == (24, "NO_VALID_FORM")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (W9, (0, "W9")),
        (W8BEN, (30, "W8BEN")),
        (W8BEN | {"treaty_rate": Decimal(15)}, (15, "W8BEN_TREATY")),
        (W8BEN | {"treaty_rate": Decimal(0)}, (0, "W8BEN_TREATY")),
        (W8BEN | {"treaty_rate": Decimal(35)}, (30, "W8BEN")),
    ],
)
def test_the_form_tells_the_rate(form: dict[str, Any], expected: tuple[int, str]) -> None:
    account = an_account()
    signed(account, **form)
    assert rate_of(account) == expected


def test_a_w8ben_is_valid_until_the_end_of_the_third_year() -> None:
    """26 CFR 1.1441-1(e)(4)(ii)(A)"""
    account = an_account()
    signed(account, on="2023-02-03", **W8BEN)
    assert rate_of(account, date(2026, 12, 31)) == (30, "W8BEN")
    assert rate_of(account, date(2027, 1, 1)) == (24, "NO_VALID_FORM")


def test_the_last_one_signed_counts_however_late_it_is_recorded() -> None:
    account = an_account()
    signed(account, on="2026-03-01", **W9)
    signed(account, on="2026-02-01", **W8BEN)
    assert rate_of(account) == (0, "W9")
    assert rate_of(account, date(2026, 2, 15)) == (30, "W8BEN")


def test_recording_a_form_is_in_the_audit_log_without_the_number() -> None:
    account, operator = an_account(), an_operator()
    signed(account, **W9, by=operator)
    entry = AuditEntry.objects.get(action="TAX_FORM_RECORDED")
    assert (entry.subject, entry.actor) == (account.number, operator)
    assert "0001" not in str(entry.facts)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (W9 | {"tin": ""}, "TIN_REQUIRED"),
        (W9 | {"country": "NO"}, "WRONG_COUNTRY"),
        (W8BEN | {"country": "US"}, "WRONG_COUNTRY"),
        (W8BEN | {"country": "Norway"}, "WRONG_COUNTRY"),
        (W9 | {"treaty_rate": Decimal(15)}, "NO_TREATY"),
        (W8BEN | {"treaty_rate": Decimal(-1)}, "NO_TREATY"),
        (W9 | {"on": "2999-01-01"}, "SIGNED_LATER"),
    ],
)
def test_a_form_that_says_nothing_is_not_recorded(form: dict[str, Any], code: str) -> None:
    account = an_account()
    with pytest.raises(tax.FormRefused) as refusal:
        signed(account, **form)
    assert refusal.value.code == code
    assert not account.tax_forms.exists()


@pytest.mark.parametrize(("cents", "rate", "expected"), [(100, 24, 24), (50, 15, 8), (49, 15, 7), (1, 30, 0)])
def test_withheld_is_rounded_to_the_nearest_cent(cents: int, rate: int, expected: int) -> None:
    assert tax.withheld(cents, Decimal(rate)) == expected


def test_the_clock_is_the_venues() -> None:
    account = an_account()
    signed(account, on=clock.now().date().isoformat(), **W9)
    assert account.tax_forms.get().expires_on is None
