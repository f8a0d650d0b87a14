"""How much is withheld of what an account is paid, by the form its holder signed last."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portal import rule_table
from portal.models import TaxForm

# Why so much.
US_PERSON = "W9"
NONRESIDENT = "W8BEN"
TREATY = "W8BEN_TREATY"
NO_VALID_FORM = "NO_VALID_FORM"


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
