"""Applications with people behind them."""

from typing import Any

from portal import clock, vault
from portal.models import Account, Application, Identity
from portal.tests.factories import a_user, an_account

TORVALDEN: dict[str, Any] = {
    "first_name": "Joaquin", "last_name": "Torvalden", "born_on": "1963-07-28", "citizenship": "BZ",
}  # fmt: skip
HARMLESS: dict[str, Any] = {
    "first_name": "Jennifer", "last_name": "Whitcombe", "born_on": "1984-02-29", "citizenship": "US",
}  # fmt: skip


def an_application(*people: dict[str, Any], stage: str = "IN_REVIEW", **fields: Any) -> Application:
    now = clock.now()
    given = {"kind": "INDIVIDUAL", "key": vault.new_key(), "started_at": now, "submitted_at": now} | fields
    if "applicant" not in given:
        given["applicant"] = a_user(password=None)
    row = Application.objects.create(stage=stage, **given)
    for position, person in enumerate(people or [TORVALDEN]):
        Identity.objects.create(application=row, position=position, **({"role": "HOLDER"} | person))
    return Application.objects.get(pk=row.pk)


def an_approved(*people: dict[str, Any], **fields: Any) -> tuple[Application, Account]:
    account = an_account()
    by = a_user(password=None)
    row = an_application(*people, stage="APPROVED", account=account, decided_by=by, **fields)
    return row, account
