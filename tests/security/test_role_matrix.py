"""Everybody × everything: every operation of the API, every page of the desk, every socket.

Whatever is there is found in the URL configuration; what has no line in the tables below fails. Denied means
that nothing has changed, and that it is on record who was denied what.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import URLResolver

from portal import api_keys, clock, roles, vault
from portal.models import (
    AccountMember,
    ApiKey,
    Application,
    ContactChange,
    Denial,
    Invitation,
    IssuerMember,
    User,
)
from portal.roles import grant_roles
from portal.tests.factories import a_user
from tests.security import test_roles
from trading import consumers
from trading.tests.api import contract
from trading.tests.api.test_signed_requests import client_of
from trading.tests.api.venue import Venue, a_venue, everything

venue = test_roles.venue
Operation = tuple[str, str]

# --- Everybody ------------------------------------------------------------------------------------------

DESK = [*roles.ROLES, roles.EXAMINER, "superuser"]
KEYS = ["key that reads", "key that trades"]
MEMBERS = {"viewer": 0, "trader": 1, "owner": 2}  # and how far their role goes
ISSUERS = {"issuer staff": 0, "issuer administrator": 1}
EVERYBODY = ["nobody", "other investor", *MEMBERS, *ISSUERS, *KEYS, *DESK]


class Signing(Client):
    """A program: each of its requests is signed."""

    def __init__(self, key: ApiKey, secret: str) -> None:
        super().__init__()
        self.key, self.sign = key, client_of.hmac_sha256(secret)

    def generic(self, method: str, path: str, data: Any = "", *args: Any, **extra: Any) -> Any:  # type: ignore[override]
        body = data if isinstance(data, bytes) else str(data).encode()
        extra["headers"] = client_of.headers(self.key.public_id, self.sign, method, path, body)
        return super().generic(method, path, data, *args, **extra)


def person_of(name: str, venue: Venue) -> User | None:
    if name in ("nobody", *KEYS):
        return None if name == "nobody" else venue.owner
    if name == "owner":
        return venue.owner
    if name == "other investor":
        return venue.stranger
    person = a_user(f"{name.replace(' ', '.')}@example.com".lower(), password=None)
    if name in MEMBERS:
        AccountMember.objects.create(account=venue.account, user=person, role=name.upper())
    if name in ISSUERS:
        role = {"issuer staff": "STAFF", "issuer administrator": "ADMIN"}[name]
        IssuerMember.objects.create(issuer=venue.listing.issuer, user=person, role=role)
    if name in DESK:
        person.is_staff, person.is_superuser = True, name == "superuser"
        person.save()
        if name != "superuser":
            person.groups.add(Group.objects.get(name=name))
    return person


def client_for(name: str, venue: Venue) -> tuple[Client, User | None]:
    person = person_of(name, venue)
    if name in KEYS:
        scopes = ["READ"] if name == "key that reads" else ["READ", "TRADE"]
        key, secret = api_keys.make(
            account=venue.account, by=venue.owner, role="SIGNER", name=name, scopes=scopes,
            scheme="HMAC_SHA256", public_key="", networks=[], expires_at=None,
        )  # fmt: skip
        return Signing(key, secret), person
    client = Client()
    if person is not None:
        client.force_login(person)
    return client, person


# --- Every operation of the API ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """The status whoever is denied gets; None for whoever is not."""

    denied: Callable[[str], int | None]
    of_missing: bool = False  # allowed, it may still be that there is no such thing


def public(keys: bool = True) -> Rule:
    return Rule(lambda who: 403 if who in KEYS and not keys else None)


def member(least: str, key: str | None = None) -> Rule:
    """Of an account: 404 to all but its members, 403 to those whose role, or key, does not go so far."""

    def denied(who: str) -> int | None:
        if who == "nobody":
            return 401
        if who in KEYS:
            return None if key == "READ" or (key == "TRADE" and who == "key that trades") else 403
        if who not in MEMBERS:
            return 404
        return None if MEMBERS[who] >= MEMBERS[least] else 403

    return Rule(denied)


def issuer(least: str) -> Rule:
    def denied(who: str) -> int | None:
        if who == "nobody":
            return 401
        if who in KEYS:
            return 403
        return (None if ISSUERS[who] >= ISSUERS[least] else 403) if who in ISSUERS else 404

    return Rule(denied)


def only(*allowed: str, otherwise: int, of_missing: bool = False) -> Rule:
    def denied(who: str) -> int | None:
        if who == "nobody":
            return 401
        return 403 if who in KEYS else None if who in allowed else otherwise

    return Rule(denied, of_missing)


LOOKS, TRADES, SIGNS = member("viewer"), member("trader", "TRADE"), member("owner")
READS = member("viewer", "READ")
SIGNED_IN = only(*EVERYBODY, otherwise=403)
OWN = only("owner", otherwise=404)
OF_FILES = only("owner", otherwise=404, of_missing=True)
NONE = only(otherwise=404)  # custodians: tests/security/test_roles.py
SEES_ORDERS = [name for name in roles.ROLES if "trading.view_order" in roles.ROLES[name]]

# The longest beginning that fits stands; under applications/ all is its applicant's.
API: dict[Operation, Rule] = {
    ("GET", "/session"): public(keys=False),
    ("GET", "/listings"): public(),
    ("GET", "/listings/{symbol}/orders"): only(*SEES_ORDERS, roles.EXAMINER, "superuser", otherwise=403),
    ("GET", "/orders"): READS,
    ("POST", "/orders"): TRADES,
    ("GET", "/executions"): READS,
    ("GET", "/balances"): READS,
    ("GET", "/refusals"): READS,
    ("GET", "/fees"): READS,
    ("GET", "/settlements"): READS,
    ("PUT", "/settlements/{settlement_id}/lots"): TRADES,
    ("GET", "/lots"): READS,
    ("GET", "/cash"): READS,
    ("GET", "/bank-accounts"): LOOKS,
    ("POST", "/bank-accounts"): SIGNS,
    ("DELETE", "/bank-accounts/{bank_account_id}"): SIGNS,
    ("GET", "/withdrawals"): LOOKS,
    ("POST", "/withdrawals"): SIGNS,
    ("GET", "/documents"): LOOKS,
    ("GET", "/custodian"): NONE,
    ("POST", "/custodian"): NONE,
    ("GET", "/standing"): READS,
    ("GET", "/accounts/{house_id}/members"): LOOKS,
    ("PUT", "/accounts/{house_id}/members"): SIGNS,
    ("DELETE", "/accounts/{house_id}/members"): SIGNS,
    ("POST", "/accounts/{house_id}/invitations"): SIGNS,
    ("DELETE", "/accounts/{house_id}/invitations"): SIGNS,
    ("GET", "/issuers"): SIGNED_IN,
    ("GET", "/issuers/{house_id}/members"): issuer("issuer staff"),
    ("PUT", "/issuers/{house_id}/members"): issuer("issuer administrator"),
    ("DELETE", "/issuers/{house_id}/members"): issuer("issuer administrator"),
    ("POST", "/issuers/{house_id}/invitations"): issuer("issuer administrator"),
    ("DELETE", "/issuers/{house_id}/invitations"): issuer("issuer administrator"),
    ("POST", "/invitations"): SIGNED_IN,
    ("GET", "/keys"): LOOKS,
    ("POST", "/keys"): LOOKS,
    ("DELETE", "/keys/{key_id}"): SIGNS,
    ("GET", "/applications"): SIGNED_IN,
    ("POST", "/applications"): SIGNED_IN,
    ("GET", "/applications/{application_id}"): OWN,
    ("PUT", "/applications/{application_id}"): OWN,
    ("POST", "/applications/{application_id}"): OWN,
    ("POST", "/applications/{application_id}/uploads"): OWN,
    ("GET", "/applications/{application_id}/uploads/"): OF_FILES,
    ("DELETE", "/applications/{application_id}/uploads/"): OF_FILES,
    ("GET", "/notices"): SIGNED_IN,
    ("POST", "/notices"): SIGNED_IN,
    ("GET", "/safety"): SIGNED_IN,
    ("POST", "/safety/contact-changes"): SIGNED_IN,
    ("POST", "/safety/contact-changes/stop"): public(keys=False),  # by the link in a mail
    ("POST", "/safety/contact-changes/{change_id}"): OWN,
    # A vendor's own signature opens it, nobody's session or key (portal/tests/identity).
    ("POST", "/identity"): Rule(lambda who: 404),
}
# Doors that are no operation of the API's schema.
NO_OPERATION = {"/api/v1/safety/totp.svg"}


def rule_of(operation: Operation) -> Rule | None:
    method, path = operation
    fitting = [at for at in API if at[0] == method and path.removeprefix("/api/v1").startswith(at[1])]
    return API[max(fitting, key=lambda at: len(at[1]))] if fitting else None


@dataclass
class Rows:
    """What there is to ask for, of the owner's and of the issuer's."""

    venue: Venue
    of_account: dict[str, Any]
    of_issuer: dict[str, Any]
    own: dict[str, Any]


@pytest.fixture
def rows(venue: Venue) -> Rows:
    grant_roles()
    now = clock.now()
    stays = IssuerMember.objects.create(
        issuer=venue.listing.issuer, user=a_user(password=None), role="ADMIN"
    )  # fmt: skip
    invitations = [
        Invitation.objects.create(
            email="invited@example.com", role=role, token_hash=role, invited_by=venue.owner, invited_at=now,
            expires_at=now + timedelta(days=7), **of,
        )
        for role, of in (("VIEWER", {"account": venue.account}), ("STAFF", {"issuer": venue.listing.issuer}))
    ]  # fmt: skip
    key, _ = api_keys.make(
        account=venue.account, by=venue.owner, role="SIGNER", name="kept", scopes=["READ"],
        scheme="HMAC_SHA256", public_key="", networks=[], expires_at=None,
    )  # fmt: skip
    application = Application.objects.create(
        applicant=venue.owner, kind="INDIVIDUAL", key=vault.new_key(), started_at=now
    )
    change = ContactChange.objects.create(
        user=venue.owner, kind="EMAIL", new="new@example.com", code_hash="!", asked_at=now
    )
    teammate = AccountMember.objects.get(account=venue.account, user=venue.teammate)
    return Rows(
        venue,
        {"house_id": venue.account.pk, "member_id": teammate.pk, "invitation_id": invitations[0].pk},
        {"house_id": venue.listing.issuer_id, "member_id": stays.pk, "invitation_id": invitations[1].pk},
        {"key_id": key.pk, "application_id": application.pk, "change_id": change.pk, "upload_id": 1,
         "step": "ADDRESS", "provider": "nobody"},
    )  # fmt: skip


def body_of(operation: Operation, rows: Rows) -> dict[str, Any]:
    match operation:
        case ("POST", "/api/v1/keys"):
            return {
                "account": rows.venue.account.pk, "name": "x", "scopes": ["READ"], "scheme": "HMAC_SHA256",
            }  # fmt: skip
        case (_, path) if path.endswith("/members/{member_id}"):
            return {"role": "VIEWER" if "/accounts/" in path else "STAFF"}
        case ("POST", path) if path.endswith("/invitations"):
            return {"email": "x@example.com", "role": "VIEWER" if "/accounts/" in path else "STAFF"}
        case (_, path) if path.endswith("/verify"):
            return {"code": "000000"}
        case (_, path) if path.endswith("/steps/{step}"):
            return {"answers": {}}
    return {}


def ask(client: Client, operation: Operation, rows: Rows) -> Any:
    """As its own people would."""
    method, path = operation
    if operation in test_roles.OPERATIONS:
        return test_roles.ask(client, operation, rows.venue)  # type: ignore[arg-type]
    at_issuer = path.startswith("/api/v1/issuers")
    path = path.format(**rows.own, **(rows.of_issuer if at_issuer else rows.of_account))
    if operation in (("GET", "/api/v1/keys"), ("GET", "/api/v1/standing")):
        path += f"?account={rows.venue.account.pk}"
    if method == "GET":
        return client.get(path)
    return getattr(client, method.lower())(
        path, json.dumps(body_of(operation, rows)), content_type="application/json"
    )


OPERATIONS = sorted(contract.operations())


def test_every_operation_has_its_line() -> None:
    assert [operation for operation in OPERATIONS if rule_of(operation) is None] == [], "who may use it?"
    assert contract.served() - NO_OPERATION == {path for _, path in OPERATIONS}, "publish it in the schema"


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_api_is_open_to_whom_it_is_meant_for(rows: Rows, who: str) -> None:
    client, _ = client_for(who, rows.venue)
    wrong = []
    for operation in OPERATIONS:
        rule = rule_of(operation)
        assert rule is not None
        if rule.denied(who) is not None:
            continue
        with transaction.atomic():
            answer = ask(client, operation, rows)
            transaction.set_rollback(True)
        if answer.status_code in (401, 403) or (answer.status_code == 404 and not rule.of_missing):
            wrong.append((operation, answer.status_code, answer.content[:200]))
    assert wrong == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_api_denies_everybody_else_changes_nothing_and_keeps_a_record(rows: Rows, who: str) -> None:
    client, person = client_for(who, rows.venue)
    if who in KEYS:
        client.get("/api/v1/balances")  # a key's first use is noted
    before, wrong = everything(), []
    for operation in OPERATIONS:
        rule = rule_of(operation)
        assert rule is not None
        status = rule.denied(who)
        if status is None:
            continue
        answer = ask(client, operation, rows)
        told = answer.json()["error"]["code"] if answer.status_code == status else None
        if told is None or rows.venue.account.number in answer.content.decode():
            wrong.append((operation, answer.status_code, answer.content[:200]))
        elif person is not None and not is_on_record(answer, person):
            wrong.append((operation, "not on record", told))
    assert wrong == []
    assert unchanged(before)
    if person is None:
        assert not Denial.objects.exists(), "of those nobody knows the log tells"


def unchanged(before: dict[str, object]) -> bool:
    """A signature's nonce is spent whatever comes of the request."""
    after = everything()
    moved = {name for name in before if before[name] != after[name]}
    return moved <= {"portal.ApiNonce"}


def is_on_record(answer: Any, person: User) -> bool:
    request = answer.wsgi_request
    view = getattr(request.resolver_match.func, "cls", None)
    if view is not None and view.authentication_classes == []:
        return True  # it knows nobody
    place = f"{request.method} {request.resolver_match.route}"[:200]
    return Denial.objects.filter(user=person, place=place).exists()


def test_what_is_denied_again_and_again_is_kept_once_a_minute(rows: Rows, monkeypatch: Any) -> None:
    client, _ = client_for("viewer", rows.venue)
    start = clock.now().replace(second=0)
    for seconds in (0, 1, 59, 60):
        monkeypatch.setattr(clock, "now", lambda seconds=seconds: start + timedelta(seconds=seconds))
        ask(client, ("POST", "/api/v1/orders/{order_id}/cancel"), rows)
        client.get("/api/v1/orders/999999")
    places = sorted(Denial.objects.values_list("place", flat=True))
    assert (
        places == ["GET api/v1/orders/<int:order_id>"] * 2 + ["POST api/v1/orders/<int:order_id>/cancel"] * 2
    )


# --- Every page of the desk -------------------------------------------------------------------------------

PROPOSES, MONEY = "portal.add_proposal", "trading.add_withdrawal"
REVIEWS, LOOKS_AT_CASES = "portal.review_application", "portal.view_application"
# What it takes, besides lists and pages of rows, which take the right to view them (or add).
ACTS: dict[str, str] = {
    "portal_application_give_purpose": LOOKS_AT_CASES,
    "portal_application": REVIEWS,
    "auth_user_password_change": "portal.change_user",
    "portal_issuer_invite": "portal.add_issuer",
    "portal_proposal": "portal.view_proposal",  # who may decide which: portal.proposals
    "portal_rulevalue_propose": PROPOSES,
    "portal_countryrule_propose": PROPOSES,
    "portal_taxform_record": "portal.add_taxform",
    "portal_account_suspend": "portal.suspend_account",
    "portal_account_reinstate": "portal.suspend_account",
    "portal_account_take_back": "portal.suspend_account",
    "portal_account_documents": "portal.view_account trading.view_balance trading.view_transfer",
    "compliance_screeninghit_clear": "compliance.decide_screeninghit",
    "compliance_screeninghit_confirm": f"{PROPOSES} compliance.decide_screeninghit",
    "trading_bankstatement": "trading.add_bankstatement",
    "trading_bankentry_assign": PROPOSES,
    "trading_calendar_propose": PROPOSES,
    "trading_capitalfigures_record": "trading.add_capitalfigures",
    "trading_capitalfigures_export": "trading.view_capitalfigures",
    "trading_dividend_propose": PROPOSES,
    "trading_feeschedule_propose": PROPOSES,
    "trading_command_at": "trading.view_command",
    "trading_event_at": "trading.view_event",
    "trading_transfer_propose": PROPOSES,
    "trading_listing_depth": "trading.view_order",
    "trading_listing_halt": "trading.halt_listing",
    "trading_listing_resume": "trading.halt_listing",
    "trading_listing": PROPOSES,
    "trading_listing_try_again": "trading.halt_listing",
    "trading_execution": PROPOSES,
    "trading_case_compare": "trading.close_case",
    "trading_case_close": "trading.close_case",
    "trading_case_propose": PROPOSES,
    "trading_reconciliation_compare": "trading.close_case",
    "trading_positionfile_import": "trading.add_positionfile",
    "trading_instruction": PROPOSES,
    "trading_instruction_retry": PROPOSES,
    "trading_withdrawal": PROPOSES,
    "trading_withdrawal_payments": MONEY,
    "trading_withdrawal_own": MONEY,
    "trading_bankaccount_own": MONEY,
    "trading_bankaccount_verify": "trading.verify_bankaccount",
}
STANDARD = ("changelist", "add", "history", "delete", "change")
OF_ALL_STAFF = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
    "view_on_site", "app_list",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    name: str
    route: str
    takes: str | None  # permissions; None: nobody has said

    @property
    def address(self) -> str:
        """Of a row that need not be there: whoever may not look is not told."""
        filled = re.sub(r"<(?:int|path):\w+>", "1", self.route)
        return "/admin/" + re.sub(r"<str:\w+>", "x", filled)


def pages() -> Iterator[Page]:
    for route, name in routes(admin.site.get_urls()):
        if name is None or name in OF_ALL_STAFF:
            continue
        head, _, page = name.rpartition("_")
        if page in STANDARD and name not in ACTS:
            app, _, model = head.partition("_")
            verb = {"add": "add", "delete": "delete"}.get(page, "view")
            yield Page(name, route, f"{app}.{verb}_{model}")
        else:
            fitting = [at for at in ACTS if name.startswith(at)]
            yield Page(name, route, ACTS[max(fitting, key=len)] if fitting else None)


def routes(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern.name


PAGES = list(pages())


def holds(who: str, takes: str) -> bool:
    """By the table of roles; whatever is to be seen an examiner sees."""
    needed = set(takes.split())
    if who == roles.EXAMINER:
        return all(permission.partition(".")[2].startswith("view_") for permission in needed)
    return who == "superuser" or needed <= roles.ROLES.get(who, set())


def test_every_page_of_the_desk_has_its_line() -> None:
    assert [page.name for page in PAGES if page.takes is None] == [], "what does it take?"


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name not in KEYS])
def test_the_desk_denies_whoever_lacks_the_role_and_changes_nothing(rows: Rows, who: str) -> None:
    client, person = client_for(who, rows.venue)
    before, wrong = everything(), list[Any]()
    for page in PAGES:
        assert page.takes is not None
        if holds(who, page.takes):
            continue
        for ask in (client.get, client.post):
            answer = ask(page.address)
            if who in DESK:
                # Some look for the row first: then it is not there, whether or not one might look.
                denied = answer.status_code in (403, 404, 405)
            else:
                denied = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
            if not denied:
                wrong.append((page.name, ask.__name__, answer.status_code, answer.content[:80]))
            elif person is not None and answer.status_code in (302, 403) and not is_on_record(answer, person):
                wrong.append((page.name, ask.__name__, "not on record", b""))
    assert wrong == []
    assert unchanged(before)


@pytest.mark.parametrize("who", DESK)
def test_the_desk_is_open_to_those_who_hold_the_role(rows: Rows, who: str) -> None:
    client, _ = client_for(who, rows.venue)
    wrong = []
    for page in PAGES:
        assert page.takes is not None
        app_and_verb = page.takes.partition(".")[2]
        if not holds(who, page.takes) or (who == "superuser" and not app_and_verb.startswith("view_")):
            continue  # records are nobody's to add to or delete, a superuser's neither
        if page.name.endswith(("_add", "_delete")):
            continue
        answer = client.get(page.address)
        if answer.status_code in (401, 403):
            wrong.append((page.name, answer.status_code))
    assert wrong == []


# --- Every socket -----------------------------------------------------------------------------------------

SOCKETS: dict[str, tuple[str, Callable[[str], str | int]]] = {
    "ws/market/<str:symbol>/": ("/ws/market/ACME/", lambda who: "hello"),
    "ws/markets/": ("/ws/markets/", lambda who: "heartbeat"),
    r"^ws/account/(?P<account_id>[0-9]{1,18})/$": (
        "/ws/account/{account}/", lambda who: "hello" if who in MEMBERS else consumers.NOT_YOURS,
    ),
    "": ("/ws/nothing/here", lambda who: consumers.UNKNOWN),
}  # fmt: skip


async def test_every_socket_is_heard_by_whom_it_is_meant_for(committed_db: str) -> None:
    """A key opens none: signed headers are not looked at."""
    assert {str(route.pattern) for route in consumers.routes} == set(SOCKETS), "who may hear it?"
    venue = await database_sync_to_async(_committed_venue)()
    for who in EVERYBODY:
        person = None if who in KEYS else await database_sync_to_async(person_of)(who, venue)
        for path, expected in SOCKETS.values():
            path = path.format(account=venue.account.pk)
            heard = await test_roles.first_word(path, person)
            assert heard == expected("nobody" if who in KEYS else who), (who, path)
            if heard == consumers.NOT_YOURS and person is not None:
                assert await Denial.objects.filter(user=person, path=path).aexists()


def _committed_venue() -> Venue:
    grant_roles()
    return a_venue()
