"""Tax forms: recorded as they were signed; by the last one is withheld of what an account is paid."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from portal import audit, clock, rule_table, standing, vault
from portal.models import Account, TaxForm, User

# Why so much.
US_PERSON = "W9"
NONRESIDENT = "W8BEN"
TREATY = "W8BEN_TREATY"
NO_VALID_FORM = "NO_VALID_FORM"


class FormRefused(Exception):
    """An anticipated reason not to record a form: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def record_form(
    *,
    account: Account,
    kind: str,
    name: str,
    address: str,
    country: str,
    signed_on: date,
    tin: str = "",
    treaty_rate: Decimal | None = None,
    by: User | None = None,
) -> TaxForm:
    """Record a form as signed. What it changes is withheld from then on, nothing is paid again."""
    is_w9, now = kind == TaxForm.Kind.W9, clock.now()
    if signed_on > now.date():
        raise FormRefused("SIGNED_LATER", "It was not signed yet on that day.")
    if is_w9 and not tin:
        raise FormRefused(
            "TIN_REQUIRED", "A W-9 without a taxpayer number certifies nothing (26 U.S.C. 3406)."
        )
    if not re.fullmatch(r"[A-Z]{2}", country) or is_w9 != (country == "US"):
        raise FormRefused("WRONG_COUNTRY", "A W-9 is of the United States (US), a W-8BEN of another country.")
    if treaty_rate is not None and (is_w9 or not 0 <= treaty_rate <= 100):
        raise FormRefused("NO_TREATY", "Only a W-8BEN claims a treaty’s rate, from 0 to 100 percent.")
    expires_on = None if is_w9 else last_valid_day(signed_on)
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        row.key = row.key or vault.new_key()
        form = TaxForm.objects.create(
            account=row, kind=kind, name=name, address=address, country=country,
            sealed_tin=vault.seal(tin, key=row.key), treaty_rate=treaty_rate, signed_on=signed_on,
            expires_on=expires_on, recorded_at=now, recorded_by=by,
        )  # fmt: skip
        last = TaxForm.objects.filter(account=row).first()
        row.tax_until = (last and last.expires_on) or date.max
        row.save(update_fields=["key", "tax_until"])
        standing.changed(row)
        facts = {"form": kind, "country": country, "signed_on": signed_on.isoformat()}
        facts["treaty_rate"] = "" if treaty_rate is None else f"{treaty_rate:f}"
        audit.record(action="TAX_FORM_RECORDED", subject=account.number, actor=by, facts=facts)
    return form


def withholding(account_ids: Iterable[int], on: date) -> dict[int, tuple[Decimal, str]]:
    """Rate in percent and reason, by account: nothing of a U.S. person's who said so (26 U.S.C. 3406); the
    treaty's rate or the statutory one of somebody who is none (26 U.S.C. 1441); else backup withholding."""
    ids = list(account_ids)
    backup = rule_table.value("TAX-BACKUP-WITHHOLDING", on=on)
    statutory = rule_table.value("TAX-NONRESIDENT-WITHHOLDING", on=on)
    forms = TaxForm.objects.filter(account__in=ids, signed_on__lte=on)
    last = forms.order_by("account_id", "-signed_on", "-id").distinct("account_id")
    found = {form.account_id: _by_form(form, on, statutory) for form in last}
    return {pk: found.get(pk) or (backup, NO_VALID_FORM) for pk in ids}


def masked_tin(form: TaxForm) -> str:
    """Its last four characters, for people who have to tell it from another."""
    return vault.masked(vault.unseal(form.sealed_tin))


def withheld(cents: int, rate: Decimal) -> int:
    """To the nearest cent, half a cent up."""
    return int((cents * rate / 100).quantize(Decimal(1), ROUND_HALF_UP))


def last_valid_day(signed_on: date) -> date:
    """Of a form W-8BEN: the end of the third year after (26 CFR 1.1441-1(e)(4)(ii)(A))."""
    return date(signed_on.year + 3, 12, 31)


def _by_form(form: TaxForm, on: date, statutory: Decimal) -> tuple[Decimal, str] | None:
    if form.expires_on is not None and form.expires_on < on:
        return None
    if form.kind == TaxForm.Kind.W9:
        return Decimal(0), US_PERSON
    if form.treaty_rate is not None and form.treaty_rate < statutory:
        return form.treaty_rate, TREATY
    return statutory, NONRESIDENT
