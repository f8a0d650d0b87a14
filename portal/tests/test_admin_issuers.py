"""Issuers at the desk: entered by the venue, led by administrators it invites."""

import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from portal import roles
from portal.models import AuditEntry, Invitation, Issuer
from portal.tests.desk import at_the_desk, list_of, page_of, text
from portal.tests.factories import an_issuer

pytestmark = pytest.mark.django_db


def test_an_issuer_is_entered_and_its_first_administrator_invited(
    django_capture_on_commit_callbacks: Any,
) -> None:
    desk = at_the_desk(roles.COMPLIANCE_OFFICER)
    add = reverse("admin:portal_issuer_add")
    assert desk.act(add, name="Acme Fund II, LP", description="A fund.").status_code == 302
    issuer = Issuer.objects.get(name="Acme Fund II, LP")
    page = text(desk.get(page_of(issuer)))
    invite = re.search(r'href="([^"]+/invite/)"', page)[1]  # type: ignore[index]
    assert "It has none so far" in text(desk.get(invite))
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.act(invite, email="Cfo@Acme.example", note="By letter").status_code == 302
    row = Invitation.objects.get(issuer=issuer)
    assert (row.email, row.role, row.invited_by) == ("cfo@acme.example", "ADMIN", desk.person)
    assert mail.outbox[-1].to == ["cfo@acme.example"]
    assert "cfo@acme.example (Admin)" in text(desk.get(page_of(issuer)))
    entry = AuditEntry.objects.get(action="ADMINISTRATOR_INVITED")
    assert (entry.actor, entry.facts["note"]) == (desk.person, "By letter")


def test_whoever_only_looks_enters_and_invites_nobody() -> None:
    issuer = an_issuer()
    desk = at_the_desk(roles.MARKET_SUPERVISOR)
    page = desk.get(page_of(issuer))
    assert page.status_code == 200 and "Invite an administrator" not in text(page)
    assert desk.get(list_of(Issuer)).status_code == 200
    invite = reverse("admin:portal_issuer_invite", args=[issuer.pk])
    for address in (reverse("admin:portal_issuer_add"), invite):
        assert desk.act(address, name="x", email="x@example.com", note="x").status_code == 403
    assert Issuer.objects.count() == 1 and not Invitation.objects.exists()
