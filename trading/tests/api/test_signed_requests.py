"""Requests that programs sign with an API key (docs/api.md), through the published client."""

import base64
import importlib.util
import json
import re
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as venue_settings

from portal import api_keys, clock, members
from portal.models import AccountMember, ApiKey, ApiNonce, AuditEntry, DataKey, Denial, Notice, User
from tests.support.programs import Programs
from trading.models import Order
from trading.tests.api import contract
from trading.tests.api.contract import ContractClient
from trading.tests.api.venue import Venue, a_venue, everything, signed_in

Role = AccountMember.Role
DOCS = venue_settings.BASE_DIR / "docs"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _published() -> ModuleType:
    spec = importlib.util.spec_from_file_location("signed_requests", DOCS / "examples" / "signed_requests.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


client_of = _published()


class Program:
    """A program with a key."""

    def __init__(self, key: ApiKey, sign: Callable[[bytes], bytes]) -> None:
        self.key, self.sign = key, sign
        self.client = ContractClient(enforce_csrf_checks=True)

    def headers(self, method: str, target: str, body: bytes = b"", **over: Any) -> dict[str, str]:
        made: dict[str, str] = client_of.headers(self.key.public_id, self.sign, method, target, body, **over)
        return made

    def get(self, target: str, headers: dict[str, str] | None = None, **extra: Any) -> Any:
        return self.client.get(target, headers=headers or self.headers("GET", target), **extra)

    def send(self, target: str, body: Any, method: str = "POST", **over: Any) -> Any:
        raw = json.dumps(body).encode()
        ask = getattr(self.client, method.lower())
        headers = self.headers(method, target, raw, **over)
        return ask(target, raw, content_type="application/json", headers=headers)


def a_key(
    venue: Venue, *, user: User | None = None, role: str = Role.SIGNER, scheme: str = "HMAC_SHA256",
    scopes: tuple[str, ...] = ("READ", "TRADE"), networks: tuple[str, ...] = (), expires_at: Any = None,
) -> Program:  # fmt: skip
    public = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
    key, secret = api_keys.make(
        account=venue.account, by=user or venue.owner, role=role, name="robot", scopes=scopes, scheme=scheme,
        public_key=public if scheme == "ED25519" else "", networks=networks, expires_at=expires_at,
    )  # fmt: skip
    return Program(key, client_of.ed25519(PRIVATE) if secret == "" else client_of.hmac_sha256(secret))


@pytest.fixture
def venue(db: None) -> Venue:
    return a_venue()


@pytest.fixture
def program(venue: Venue) -> Program:
    return a_key(venue)


def test_the_worked_example_is_right() -> None:
    text = (DOCS / "api.md").read_text()
    blocks = re.findall(r"```\n(.*?)\n```", text[text.index("### Programs") :], re.DOTALL)
    signed, body, headers = blocks[:3]
    method, target, timestamp, nonce, _ = signed.split("\n")
    assert client_of.message(method, target, timestamp, nonce, body.encode()).decode() == signed
    sent = dict(line.split(": ") for line in headers.split("\n"))
    secret = re.search(r"secret is `(.+?)`", text)[1]  # type: ignore[index]
    for_key = (sent["X-API-Key"], client_of.hmac_sha256(secret), method, target, body.encode())
    assert sent.items() <= client_of.headers(*for_key, timestamp=timestamp, nonce=nonce).items()
    assert base64.b64encode(PRIVATE.sign(signed.encode())).decode() in text
    assert base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode() in text


@pytest.mark.parametrize("scheme", ApiKey.Scheme.values)
def test_a_program_reads_and_trades_without_csrf_or_session(venue: Venue, scheme: str) -> None:
    program = a_key(venue, scheme=scheme)
    placed = program.send("/api/v1/orders", venue.order())
    assert placed.status_code == 202
    listed = program.get("/api/v1/orders?working=true").json()["results"]
    assert placed.json()["id"] in {row["id"] for row in listed}
    assert "sessionid" not in program.client.cookies
    assert Order.objects.get(pk=placed.json()["id"]).account == venue.account


def test_the_published_client_trades_with_a_running_server(programs: Programs) -> None:
    venue = a_venue()
    program, site = a_key(venue, scheme="ED25519"), programs.web_server()
    answer = client_of.send(
        site, program.key.public_id, program.sign, "POST", "/api/v1/orders", venue.order()
    )
    assert (answer["account"], answer["symbol"]) == (str(venue.account.pk), "ACME")
    found = client_of.send(site, program.key.public_id, program.sign, "GET", "/api/v1/orders?working=true")
    assert answer["id"] in {row["id"] for row in found["results"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"X-API-Signature": "AAAA"}, "SIGNATURE_WRONG"),
        ({"X-API-Signature": "no base64"}, "SIGNATURE_WRONG"),
        ({"X-API-Signature": ""}, "SIGNATURE_WRONG"),
        ({"X-API-Key": "key_of_nobody"}, "SIGNATURE_WRONG"),
        ({"X-API-Key": "\x00"}, "SIGNATURE_WRONG"),
        ({"X-API-Key": ""}, "SIGNATURE_WRONG"),
        ({"X-API-Nonce": "another-nonce-than-signed"}, "SIGNATURE_WRONG"),
        ({"X-API-Nonce": "short"}, "SIGNATURE_INCOMPLETE"),
        ({"X-API-Timestamp": "yesterday"}, "SIGNATURE_INCOMPLETE"),
        ({"X-API-Timestamp": "١٧٩٥٤٧٨٤٠٠٠٠٠"}, "SIGNATURE_INCOMPLETE"),
        ({"X-API-Timestamp": "1000000000000"}, "TIMESTAMP_OFF"),
        ({"X-API-Timestamp": "9999999999999"}, "TIMESTAMP_OFF"),
    ],
)  # fmt: skip
def test_what_is_not_signed_so_is_not_taken(
    venue: Venue, program: Program, change: dict[str, str], code: str
) -> None:
    before = everything()
    target = "/api/v1/balances"
    response = program.get(target, program.headers("GET", target) | change)
    assert (response.status_code, contract.code(response)) == (401, code)
    assert everything() == before and not ApiNonce.objects.exists()


def test_every_part_of_a_request_is_signed(venue: Venue, program: Program) -> None:
    order = venue.order()
    signed = program.headers("POST", "/api/v1/orders", json.dumps(order).encode())
    other_body = json.dumps(order | {"order_qty": "99"})
    asked = [
        program.client.post("/api/v1/orders", other_body, content_type="application/json", headers=signed),
        program.client.post("/api/v1/orders/preview", json.dumps(order), content_type="application/json",
        headers=signed),
        program.client.get("/api/v1/orders", headers=signed),
        program.get("/api/v1/orders?working=true", program.headers("GET", "/api/v1/orders?working=false")),
    ]  # fmt: skip
    assert [contract.code(response) for response in asked] == ["SIGNATURE_WRONG"] * 4


def test_a_request_is_taken_once(venue: Venue, program: Program) -> None:
    target = "/api/v1/balances"
    headers = program.headers("GET", target)
    assert program.get(target, headers).status_code == 200
    assert contract.code(program.get(target, headers)) == "NONCE_USED"
    other = a_key(venue)
    assert other.get(target, other.headers("GET", target, nonce=headers["X-API-Nonce"])).status_code == 200


def test_a_clock_may_be_thirty_seconds_off_and_no_more(program: Program) -> None:
    target, now = "/api/v1/balances", int(clock.real().timestamp() * 1000)
    for off, taken in ((-29_000, True), (29_000, True), (-31_000, False), (31_500, False)):
        headers = program.headers("GET", target, timestamp=str(now + off))
        assert (program.get(target, headers).status_code == 200) is taken, off


def test_nonces_are_forgotten_when_they_are_too_old_to_come_again(program: Program) -> None:
    for age in (0, 100, 121):
        at = clock.real() - timedelta(seconds=age)
        ApiNonce.objects.create(key=program.key, nonce=f"nonce-of-{age}-seconds", at=at)
    assert api_keys.sweep() == 1
    assert not ApiNonce.objects.filter(nonce="nonce-of-121-seconds").exists()


def test_a_key_is_for_its_account_only(venue: Venue, program: Program) -> None:
    AccountMember.objects.create(account=venue.strangers, user=venue.owner)
    for target in (
        f"/api/v1/balances?account={venue.strangers.pk}", f"/api/v1/orders/{venue.ask.pk}",
    ):  # fmt: skip
        assert signed_in(venue.owner).get(target).status_code == 200
        assert program.get(target).status_code == 404
    order = venue.order(account=str(venue.strangers.pk))
    assert program.send("/api/v1/orders", order).status_code == 404
    assert program.get("/api/v1/balances").status_code == 200, "which needs not be named"


def test_scopes_are_kept_apart(venue: Venue) -> None:
    reads, trades = a_key(venue, scopes=("READ",)), a_key(venue, scopes=("TRADE",))
    refused = reads.send("/api/v1/orders", venue.order())
    assert (refused.status_code, contract.code(refused)) == (403, "KEY_LACKS_SCOPE")
    assert contract.code(trades.get("/api/v1/orders")) == "KEY_LACKS_SCOPE"
    assert trades.send("/api/v1/orders", venue.order()).status_code == 202
    assert reads.get("/api/v1/listings/ACME/book").status_code == 200


def test_a_key_goes_no_further_than_its_person(venue: Venue, program: Program) -> None:
    AccountMember.objects.filter(user=venue.owner).update(role=Role.VIEWER)
    refused = program.send("/api/v1/orders", venue.order())
    assert (refused.status_code, contract.code(refused)) == (403, "NOT_YOUR_ROLE")
    assert program.get("/api/v1/balances").status_code == 200
    AccountMember.objects.filter(user=venue.owner).delete()
    assert contract.code(program.get("/api/v1/balances")) == "ACCOUNT_REQUIRED"
    User.objects.filter(pk=venue.owner.pk).update(is_active=False)
    assert contract.code(program.get("/api/v1/balances")) == "SIGNATURE_WRONG"


def test_no_key_moves_money_or_makes_keys_or_members(venue: Venue, program: Program) -> None:
    account = venue.account.pk
    asked = [
        program.send("/api/v1/withdrawals", {}), program.get("/api/v1/bank-accounts"),
        program.get("/api/v1/documents"), program.send("/api/v1/keys", {}),
        program.get(f"/api/v1/keys?account={account}"), program.get(f"/api/v1/accounts/{account}/members"),
        program.send(f"/api/v1/accounts/{account}/invitations", {}), program.get("/api/v1/session"),
        program.get("/api/v1/applications"), program.get("/api/v1/listings/ACME/orders"),
    ]  # fmt: skip
    assert {(r.status_code, contract.code(r)) for r in asked} == {(403, "NOT_FOR_KEYS")}


def test_an_expired_or_revoked_key_signs_nothing(venue: Venue, program: Program) -> None:
    brief = a_key(venue, expires_at=clock.now() + timedelta(hours=1))
    assert brief.get("/api/v1/balances").status_code == 200
    ApiKey.objects.filter(pk=brief.key.pk).update(expires_at=clock.now())
    assert contract.code(brief.get("/api/v1/balances")) == "KEY_EXPIRED"
    assert signed_in(venue.owner).delete(f"/api/v1/keys/{program.key.pk}").json()["revoked_at"] is not None
    assert contract.code(program.get("/api/v1/balances")) == "SIGNATURE_WRONG"
    program.key.refresh_from_db()
    assert program.key.secret == ""


@pytest.mark.parametrize(
    ("networks", "taken"),
    [
        (("127.0.0.0/8",), True), (("127.0.0.1",), True), (("::1", "127.0.0.1/32"), True),
        (("10.0.0.0/8",), False), (("::1",), False),
    ],
)  # fmt: skip
def test_a_key_may_be_bound_to_networks(venue: Venue, networks: tuple[str, ...], taken: bool) -> None:
    response = a_key(venue, networks=networks).get("/api/v1/balances")
    if taken:
        assert response.status_code == 200
    else:
        assert (response.status_code, contract.code(response)) == (403, "ADDRESS_NOT_ALLOWED")


def test_who_claims_another_address_is_believed_as_far_as_proxies_are_trusted(
    venue: Venue, settings: Any
) -> None:
    program, claimed = a_key(venue, networks=("203.0.113.7",)), {"X-Forwarded-For": "203.0.113.7"}
    target = "/api/v1/balances"
    assert program.get(target, program.headers("GET", target) | claimed).status_code == 403
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert program.get(target, program.headers("GET", target) | claimed).status_code == 200
    claimed = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
    assert program.get(target, program.headers("GET", target) | claimed).status_code == 403


@pytest.mark.parametrize(("scheme", "queries"), [("ED25519", 5), ("HMAC_SHA256", 6)])
def test_a_signature_costs_two_queries_or_three(
    venue: Venue, scheme: str, queries: int, django_assert_num_queries: Any
) -> None:
    """Key and person, (the sealed secret,) the nonce; then account with role, and the listing. Session and
    person of a browser cost two."""
    program = a_key(venue, scheme=scheme)
    program.get("/api/v1/balances")  # notes the use, once a minute
    order = venue.order(symbol="NOPE")
    with django_assert_num_queries(queries - 1):
        assert contract.code(program.send("/api/v1/orders", order)) == "UNKNOWN_SYMBOL"


def test_a_key_is_made_once_shown_once_and_told_of(venue: Venue) -> None:
    owner = signed_in(venue.owner)
    body = {
        "account": venue.account.pk, "name": "robot", "scopes": ["READ"], "scheme": "HMAC_SHA256",
        "networks": ["203.0.113.0/24"],
    }  # fmt: skip
    made = owner.send("/api/v1/keys", body)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert len(secret) >= 40
    [listed] = owner.get(f"/api/v1/keys?account={venue.account.pk}").json()["results"]
    assert listed == {name: value for name, value in made.json().items() if name != "secret"}
    key = ApiKey.objects.get(pk=listed["id"])
    assert secret not in key.secret and DataKey.objects.filter(pk=key.secret.partition(".")[0]).exists()
    assert AuditEntry.objects.filter(action="API_KEY_MADE", actor=venue.owner).count() == 1
    assert Notice.objects.filter(user=venue.owner, kind="SAFETY").count() == 1
    for row in AuditEntry.objects.all():
        assert secret not in json.dumps(row.facts)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"networks": ["203.0.113.7/24"]}, "NOT_A_NETWORK", "networks"),
        ({"networks": ["nowhere"]}, "NOT_A_NETWORK", "networks"),
        ({"scheme": "ED25519", "public_key": "AAAA"}, "NOT_A_PUBLIC_KEY", "public_key"),
        ({"scheme": "ED25519"}, "NOT_A_PUBLIC_KEY", "public_key"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "EXPIRED_ALREADY", "expires_at"),
        ({"scopes": []}, "MIN_LENGTH", "scopes"),
        ({"scopes": ["WITHDRAW"]}, "INVALID_CHOICE", "scopes"),
        ({"name": ""}, "BLANK", "name"),
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_not_made(
    venue: Venue, changes: dict[str, Any], code: str, field: str
) -> None:
    body = {"account": venue.account.pk, "name": "x", "scopes": ["READ"], "scheme": "HMAC_SHA256"} | changes
    before = everything()
    response = signed_in(venue.owner).send("/api/v1/keys", body)
    assert response.status_code in (400, 422)
    assert (contract.code(response), response.json()["error"]["field"]) == (code, field)
    assert everything() == before


def test_a_viewer_makes_no_key_that_trades_and_a_person_no_more_than_ten(venue: Venue) -> None:
    AccountMember.objects.filter(user=venue.teammate).update(role=Role.VIEWER)
    client = signed_in(venue.teammate)
    body = {"account": venue.account.pk, "name": "x", "scopes": ["TRADE"], "scheme": "HMAC_SHA256"}
    assert contract.code(client.send("/api/v1/keys", body)) == "NOT_YOUR_ROLE"
    for _ in range(10):
        assert client.send("/api/v1/keys", body | {"scopes": ["READ"]}).status_code == 201
    assert contract.code(client.send("/api/v1/keys", body | {"scopes": ["READ"]})) == "TOO_MANY_KEYS"


def test_signers_see_and_revoke_the_keys_of_all_members_and_others_their_own(venue: Venue) -> None:
    AccountMember.objects.filter(user=venue.teammate).update(role=Role.TRADER)
    owners, teammates = a_key(venue), a_key(venue, user=venue.teammate, role=Role.TRADER)
    path = f"/api/v1/keys?account={venue.account.pk}"
    seen = {
        name: {row["id"] for row in signed_in(user).get(path).json()["results"]}
        for name, user in {"owner": venue.owner, "teammate": venue.teammate}.items()
    }
    assert seen == {"owner": {str(owners.key.pk), str(teammates.key.pk)}, "teammate": {str(teammates.key.pk)}}
    refused = signed_in(venue.teammate).delete(f"/api/v1/keys/{owners.key.pk}")
    assert (refused.status_code, contract.code(refused)) == (403, "NOT_YOUR_ROLE")
    assert signed_in(venue.stranger).delete(f"/api/v1/keys/{owners.key.pk}").status_code == 404
    assert signed_in(venue.owner).delete(f"/api/v1/keys/{teammates.key.pk}").status_code == 200
    assert Notice.objects.filter(user=venue.teammate, subject__contains="revoked").exists()


def test_the_keys_of_a_former_member_end_with_the_membership(venue: Venue) -> None:
    teammates = a_key(venue, user=venue.teammate)
    membership = AccountMember.objects.get(user=venue.teammate)
    members.remove(house=venue.account, member_id=membership.pk, by=venue.owner)
    AccountMember.objects.create(account=venue.account, user=venue.teammate)
    assert contract.code(teammates.get("/api/v1/balances")) == "SIGNATURE_WRONG"


def test_what_a_key_was_denied_is_on_record_with_the_key(venue: Venue, program: Program) -> None:
    program.get(f"/api/v1/balances?account={venue.strangers.pk}")
    [denial] = Denial.objects.all()
    assert (denial.user, denial.key, denial.code) == (venue.owner, program.key.public_id, "NOT_FOUND")
