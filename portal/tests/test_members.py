"""Members of accounts and issuers: invited, given roles, removed; always somebody left to decide."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client

from portal import clock, invitations
from portal.models import Account, AccountMember, AuditEntry, Invitation, Issuer, IssuerMember, Notice, User
from portal.tests.factories import a_user, an_account, an_issuer

Role = AccountMember.Role


@pytest.fixture
def owner(db: None) -> User:
    return a_user("owner@example.com", password=None)


@pytest.fixture
def account(owner: User) -> Account:
    return an_account(owner)


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def verified(email: str) -> User:
    user = a_user(email, password=None)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def send(client: Client, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json")


def code(response: Any) -> str:
    return str(response.json()["error"]["code"])


def invite(account: Account, by: User, email: str, role: str = "TRADER", captured: Any = None) -> str:
    """Through the API; the token as the mail holds it."""
    with captured(execute=True):
        path = f"accounts/{account.pk}/invitations"
        assert send(signed_in(by), path, {"email": email, "role": role}).status_code == 201
    return token_in(mail.outbox[-1].body)


def token_in(text: object) -> str:
    return re.search(r"/invitation#(\S+)", str(text))[1]  # type: ignore[index]


def a_member(account: Account, role: str = Role.VIEWER) -> AccountMember:
    return AccountMember.objects.create(account=account, user=a_user(password=None), role=role)


def test_whoever_is_invited_becomes_a_member_by_the_link_in_the_mail(
    account: Account, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    token = invite(account, owner, "Ada@Example.com", captured=django_capture_on_commit_callbacks)
    [sent] = mail.outbox
    assert sent.to == ["ada@example.com"] and f"{settings.SITE_URL}/invitation#" in sent.body
    row = Invitation.objects.get()
    assert token not in str(Invitation.objects.values())
    assert row.expires_at - row.invited_at == timedelta(days=7)
    ada = verified("ada@example.com")
    client = signed_in(ada)
    found = send(client, "invitations/find", {"token": token}).json()
    assert (found["to"], found["role"], found["invited_by"]) == (str(account), "TRADER", str(owner))
    assert not AccountMember.objects.filter(user=ada).exists(), "finding changes nothing"
    assert send(client, "invitations/accept", {"token": token}).status_code == 200
    assert AccountMember.objects.get(user=ada).role == "TRADER"
    assert code(send(client, "invitations/accept", {"token": token})) == "NO_SUCH_INVITATION"
    assert Notice.objects.filter(user=owner, kind="MEMBERSHIP", subject__contains="joined").count() == 1
    actions = set(AuditEntry.objects.filter(subject=account.number).values_list("action", flat=True))
    assert {"MEMBER_INVITED", "MEMBER_JOINED"} <= actions


def test_an_invitation_is_for_its_address_only_and_only_once_verified(
    account: Account, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    token = invite(account, owner, "ada@example.com", captured=django_capture_on_commit_callbacks)
    unverified = a_user("ada@example.com", password=None)
    for person in (verified("eve@example.com"), unverified):
        for door in ("find", "accept"):
            response = send(signed_in(person), f"invitations/{door}", {"token": token})
            assert (response.status_code, code(response)) == (422, "INVITED_SOMEBODY_ELSE")
    assert send(signed_in(None), "invitations/accept", {"token": token}).status_code == 401
    assert AccountMember.objects.count() == 1


@pytest.mark.parametrize("ending", ["time", "taken back", "invited anew", "its inviter is gone"])
def test_an_invitation_ends(
    account: Account, owner: User, ending: str, django_capture_on_commit_callbacks: Any
) -> None:
    token = invite(account, owner, "ada@example.com", captured=django_capture_on_commit_callbacks)
    made = Invitation.objects.get()
    match ending:
        case "time":
            Invitation.objects.update(expires_at=clock.now())
        case "taken back":
            path = f"accounts/{account.pk}/invitations/{made.pk}"
            assert send(signed_in(owner), path, method="delete").status_code == 204
        case "invited anew":
            invite(account, owner, "ada@example.com", captured=django_capture_on_commit_callbacks)
        case "its inviter is gone":
            a_member(account, Role.SIGNER)
            mine = AccountMember.objects.get(user=owner)
            path = f"accounts/{account.pk}/members/{mine.pk}"
            assert send(signed_in(owner), path, method="delete").status_code == 204
    client = signed_in(verified("ada@example.com"))
    assert code(send(client, "invitations/accept", {"token": token})) == "NO_SUCH_INVITATION"
    assert not AccountMember.objects.filter(user__email="ada@example.com").exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TRADER])
def test_only_signers_decide_who_is_a_member(account: Account, owner: User, role: str) -> None:
    client = signed_in(a_member(account, role).user)
    mine = AccountMember.objects.get(user=owner)
    before = list(AccountMember.objects.values_list()), Invitation.objects.count()
    body = {"email": "x@example.com", "role": "SIGNER"}
    asked = [
        send(client, f"accounts/{account.pk}/invitations", body),
        send(client, f"accounts/{account.pk}/members/{mine.pk}", {"role": "VIEWER"}, "put"),
        send(client, f"accounts/{account.pk}/members/{mine.pk}", method="delete"),
    ]
    assert [(r.status_code, code(r)) for r in asked] == [(403, "NOT_YOUR_ROLE")] * 3
    assert (list(AccountMember.objects.values_list()), Invitation.objects.count()) == before
    team = client.get(f"/api/v1/accounts/{account.pk}/members").json()
    assert (team["may_decide"], len(team["members"])) == (False, 2)
    stranger = signed_in(a_user(password=None))
    assert stranger.get(f"/api/v1/accounts/{account.pk}/members").status_code == 404


def test_roles_change_and_members_go_and_are_told(account: Account, owner: User) -> None:
    member = a_member(account)
    client, path = signed_in(owner), f"accounts/{account.pk}/members/{member.pk}"
    assert send(client, path, {"role": "TRADER"}, "put").json()["role"] == "TRADER"
    assert code(send(client, path, {"role": "KING"}, "put")) == "INVALID_CHOICE"
    assert send(client, path, method="delete").status_code == 204
    assert send(client, path, method="delete").status_code == 404
    told = list(Notice.objects.filter(user=member.user).order_by("id").values_list("subject", flat=True))
    assert told == [f"Your role in {account} was changed", f"You are no longer a member of {account}"]
    facts = AuditEntry.objects.get(action="MEMBER_ROLE_CHANGED").facts
    assert (facts["from"], facts["to"]) == ("VIEWER", "TRADER")


def test_the_last_signer_stays_one(account: Account, owner: User) -> None:
    mine = AccountMember.objects.get(user=owner)
    locked_out = a_member(account, Role.SIGNER)
    User.objects.filter(pk=locked_out.user_id).update(is_active=False)
    client, path = signed_in(owner), f"accounts/{account.pk}/members/{mine.pk}"
    for response in (send(client, path, {"role": "TRADER"}, "put"), send(client, path, method="delete")):
        assert (response.status_code, code(response)) == (422, "LAST_DECIDER")
    a_member(account, Role.SIGNER)
    assert send(client, path, method="delete").status_code == 204


def test_a_member_may_leave(account: Account) -> None:
    member = a_member(account)
    path = f"accounts/{account.pk}/members/{member.pk}"
    assert send(signed_in(member.user), path, method="delete").status_code == 204
    assert not AccountMember.objects.filter(pk=member.pk).exists()


def test_no_member_is_invited_again_and_nobody_without_end(account: Account, owner: User) -> None:
    client, path = signed_in(owner), f"accounts/{account.pk}/invitations"
    member = a_member(account)
    body = {"email": member.user.email.upper(), "role": "TRADER"}
    assert code(send(client, path, body)) == "MEMBER_ALREADY"
    for number in range(invitations.MOST_A_DAY):
        assert send(client, path, {"email": f"p{number}@x.example", "role": "VIEWER"}).status_code == 201
    assert code(send(client, path, {"email": "p@x.example", "role": "VIEWER"})) == "TOO_MANY_INVITATIONS"


def test_members_are_changed_with_a_second_factor_only(account: Account) -> None:
    person = a_user(password=None, with_factor=False)
    AccountMember.objects.create(account=account, user=person, role=Role.SIGNER)
    response = send(signed_in(person), f"accounts/{account.pk}/invitations", {})
    assert (response.status_code, code(response)) == (403, "SECOND_FACTOR_REQUIRED")


def test_an_issuers_administrators_decide_for_it_and_nobody_elses(
    db: None, django_capture_on_commit_callbacks: Any
) -> None:
    issuer, other = an_issuer(), an_issuer()
    admin, staff = a_user(password=None), a_user(password=None)
    IssuerMember.objects.create(issuer=issuer, user=admin, role="ADMIN")
    IssuerMember.objects.create(issuer=issuer, user=staff, role="STAFF")
    assert signed_in(admin).get("/api/v1/issuers").json()["results"] == [
        {"id": str(issuer.pk), "name": issuer.name, "role": "ADMIN"}
    ]
    body = {"email": "ada@example.com", "role": "STAFF"}
    assert code(send(signed_in(staff), f"issuers/{issuer.pk}/invitations", body)) == "NOT_YOUR_ROLE"
    assert send(signed_in(admin), f"issuers/{other.pk}/invitations", body).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert send(signed_in(admin), f"issuers/{issuer.pk}/invitations", body).status_code == 201
    ada = signed_in(verified("ada@example.com"))
    send(ada, "invitations/accept", {"token": token_in(mail.outbox[-1].body)})
    assert {row["role"] for row in ada.get(f"/api/v1/issuers/{issuer.pk}/members").json()["members"]} == {
        "ADMIN", "STAFF",
    }  # fmt: skip
    assert Issuer.objects.get(members__email="ada@example.com") == issuer
