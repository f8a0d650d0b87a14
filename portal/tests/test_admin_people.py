"""Who comes to the desk, as whom, and who says so."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.paginator import Paginator
from django.test import Client

from portal import roles
from portal.admin.base import BoundedPaginator
from portal.models import AuditEntry, User
from portal.tests.desk import Desk, a_superuser, at_the_desk, list_of, page_of, text
from portal.tests.factories import PASSWORD, a_user

pytestmark = pytest.mark.django_db


def test_a_visitor_is_sent_to_the_sites_own_sign_in() -> None:
    response = Client().get("/admin/trading/listing/", follow=True)
    assert response.redirect_chain[-1][0] == "/sign-in?next=/admin/trading/listing/"


def test_an_investor_who_is_signed_in_is_turned_away() -> None:
    response = Desk(a_user()).get("/admin/", follow=True)
    assert response.status_code == 403


def test_an_inactive_operator_is_sent_to_sign_in() -> None:
    desk = at_the_desk(roles.EXAMINER)
    User.objects.filter(pk=desk.person.pk).update(is_active=False)
    assert desk.get("/admin/")["Location"].startswith("/admin/login/")


def test_signing_out_leads_to_the_sites_own_sign_in() -> None:
    desk = at_the_desk(roles.EXAMINER)
    assert desk.post("/admin/logout/")["Location"] == "/sign-in"
    assert desk.get("/admin/").status_code == 302


def test_a_staff_member_without_a_role_is_told_so() -> None:
    response = at_the_desk().get("/admin/")
    assert response.status_code == 200
    assert "You have no role at the desk yet." in text(response)


def test_the_page_of_a_person_shows_no_password_hash() -> None:
    person = a_user()
    page = text(a_superuser().get(page_of(person)))
    assert person.email in page
    assert "argon2" not in page
    assert person.password not in page


def test_giving_a_role_is_in_the_audit_log_and_only_there() -> None:
    root, person = a_superuser(), a_user("new@example.com")
    role = Group.objects.get(name=roles.EXAMINER)
    data = {"email": person.email, "is_active": "on", "is_staff": "on", "groups": [role.pk]}
    assert root.act(page_of(person), **data).status_code == 302
    assert list(person.groups.all()) == [role]
    entry = AuditEntry.objects.get(action="CHANGED")
    assert (entry.subject, entry.actor) == ("new@example.com", root.person)
    assert entry.facts["changes"] == {"is_staff": [False, True], "groups": [[], [roles.EXAMINER]]}
    assert not LogEntry.objects.exists()


def test_a_password_set_at_the_desk_is_logged_as_a_change_without_it() -> None:
    root, person = a_superuser(), a_user()
    secret = "a long enough secret"
    data = {"password1": secret, "password2": secret, "usable_password": "true"}
    assert root.act(f"/admin/portal/user/{person.pk}/password/", **data).status_code == 302
    person.refresh_from_db()
    assert person.check_password(secret)
    assert AuditEntry.objects.get(action="CHANGED").facts == {"what": "user", "changes": {}}


def test_a_new_person_signs_in_by_e_mail_in_lower_case() -> None:
    data = {"email": "New.Person@Example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert a_superuser().act("/admin/portal/user/add/", **data).status_code == 302
    person = User.objects.get(email="new.person@example.com")
    assert person.check_password(PASSWORD)
    assert not person.is_staff
    assert AuditEntry.objects.get(action="ADDED").facts["changes"] == {"email": [None, person.email]}


def test_no_role_may_change_people() -> None:
    person = a_user()
    for role in [*roles.ROLES, roles.EXAMINER]:
        desk = at_the_desk(role)
        assert desk.act(page_of(person), email="taken@over.com", is_superuser="on").status_code == 403
        assert desk.get("/admin/portal/user/add/").status_code == 403
        assert desk.get(f"/admin/portal/user/{person.pk}/password/").status_code == 403
    person.refresh_from_db()
    assert not person.is_superuser


def test_nobody_is_deleted() -> None:
    person = a_user()
    root = a_superuser()
    assert root.post(f"/admin/portal/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    root.post(list_of(User), {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"})
    assert User.objects.filter(pk=person.pk).exists()


def test_granting_roles_again_takes_away_what_a_role_may_not_do() -> None:
    group = Group.objects.get(name=roles.FILINGS)
    group.permissions.add(Permission.objects.get(codename="halt_listing"))
    roles.grant_roles()
    assert not group.permissions.filter(codename="halt_listing").exists()
    assert Group.objects.count() == len(roles.ROLES) + 1


def test_the_examiner_may_look_and_nothing_else() -> None:
    codes = Group.objects.get(name=roles.EXAMINER).permissions.values_list("codename", flat=True)
    assert codes
    assert all(code.startswith("view_") for code in codes)


def test_pages_are_counted_no_further_than_anybody_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "FURTHEST", 2)
    for _ in range(3):
        a_user(password=None)
    people = User.objects.order_by("pk")
    assert Paginator(people, 1).count == 3
    assert (BoundedPaginator(people, 1).count, BoundedPaginator(people, 1).is_cut) == (2, True)
    assert "the first 2 users; search or filter for the others" in text(a_superuser().get(list_of(User)))
