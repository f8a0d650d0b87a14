"""What people are told: in the inbox at once, by mail from its rows."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from portal import clock, mailing, notices
from portal.models import Notice, User
from portal.tests.factories import a_user

pytestmark = pytest.mark.django_db


def told(user: User, kind: str = "MARKET", **fields: Any) -> Notice:
    terms = {"subject": "Settled", "text": "Your trade has settled.", "link": "/trades/7"} | fields
    notice = notices.tell(user=user, kind=kind, **terms)
    assert notice is not None
    return notice


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Mail -------------------------------------------------------------------------------------------------


def test_a_notice_is_mailed_once_with_a_link_to_its_page() -> None:
    notice = told(a_user("ada@example.com"))
    assert (mailing.send_due(), mailing.send_due()) == (1, 0)
    [message] = mail.outbox
    assert (message.to, message.subject) == (["ada@example.com"], "Settled")
    assert "http://localhost:8000/trades/7" in str(message.body)
    assert message.extra_headers == {"Message-ID": f"<notice-{notice.pk}@localhost>"}
    notice.refresh_from_db()
    assert notice.mailed_at is not None


def test_who_switched_a_kind_off_has_it_in_the_inbox_alone() -> None:
    user = a_user()
    notices.switch(user=user, kind="MARKET", mail=False)
    told(user)
    told(user, "EXPIRY")
    assert mailing.send_due() == 1
    notices.switch(user=user, kind="MARKET", mail=True)
    told(user)
    assert mailing.send_due() == 1
    assert Notice.objects.filter(user=user).count() == 3


def test_mail_about_ones_safety_cannot_be_switched_off() -> None:
    user = a_user()
    notices.switch(user=user, kind="SAFETY", mail=False)
    told(user, "SAFETY")
    assert mailing.send_due() == 1


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """Addresses at which sending fails, and how."""
    faults: dict[str, Exception] = {}
    send = EmailMessage.send

    def send_or_fail(message: EmailMessage, *args: Any, **kwargs: Any) -> int:
        if message.to[0] in faults:
            raise faults[message.to[0]]
        return send(message, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", send_or_fail)
    return faults


def test_what_failed_is_tried_again_later_and_later(failing: dict[str, Exception]) -> None:
    """STND-030"""
    user = a_user("ada@example.com")
    failing["ada@example.com"] = SMTPServerDisconnected("gone")
    notice = told(user)
    waits = []
    for _ in range(4):
        assert mailing.send_due() == 0
        notice.refresh_from_db()
        assert notice.mail_after is not None
        waits.append(round((notice.mail_after - clock.now()) / timedelta(minutes=1)))
        assert mailing.send_due() == 0, "not before its time"
        clock.advance(by=notice.mail_after - clock.now() + timedelta(seconds=1))
    assert waits == [1, 2, 4, 8]
    failing.clear()
    assert mailing.send_due() == 1
    notice.refresh_from_db()
    assert (notice.mail_tries, notice.mailed_at is not None) == (5, True)


def test_one_bad_address_holds_up_nobody(failing: dict[str, Exception]) -> None:
    failing["bad@example.com"] = SMTPRecipientsRefused({})
    told(a_user("bad@example.com"))
    told(a_user("ada@example.com"))
    assert mailing.send_due() == 0, "whatever failed may be the server: the rest waits for the next turn"
    assert mailing.send_due() == 1
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]


def test_after_the_last_try_it_is_left_to_the_inbox(failing: dict[str, Exception]) -> None:
    failing["bad@example.com"] = OSError("no route")
    notice = told(a_user("bad@example.com"))
    Notice.objects.update(mail_tries=mailing.MOST_TRIES - 1)
    assert mailing.send_due() == 0
    notice.refresh_from_db()
    assert (notice.mail_tries, notice.to_mail, notice.mailed_at) == (mailing.MOST_TRIES, False, None)


# --- The inbox --------------------------------------------------------------------------------------------


def test_the_inbox_goes_page_by_page_newest_first_and_counts_what_is_unread() -> None:
    user = a_user()
    for n in range(53):
        told(user, subject=f"No. {n}")
    told(a_user(), subject="somebody else’s")
    client = signed_in(user)
    first = client.get("/api/v1/notices").json()
    second = client.get(f"/api/v1/notices?cursor={first['next']}").json()
    assert [row["subject"] for row in first["results"]] == [f"No. {n}" for n in range(52, 2, -1)]
    assert [row["subject"] for row in second["results"]] == ["No. 2", "No. 1", "No. 0"]
    assert (first["unread"], second["next"]) == (53, None)


def test_notices_are_read_up_to_the_newest_seen() -> None:
    user, other = a_user(), a_user()
    seen, later, others = told(user), told(user), told(other)
    client = signed_in(user)
    answer = client.post("/api/v1/notices/read", {"up_to": str(seen.pk)}, "application/json")
    assert answer.json() == {"unread": 1}
    assert client.get("/api/v1/notices/unread").json() == {"unread": 1}
    client.post("/api/v1/notices/read", {"up_to": others.pk + 1000}, "application/json")
    assert Notice.objects.filter(read_at=None).get() == others
    assert Notice.objects.exclude(read_at=None).count() == len([seen, later])


def test_switches_by_kind() -> None:
    client = signed_in(a_user())
    rows = client.get("/api/v1/notices/switches").json()["results"]
    assert {row["kind"]: (row["mail"], row["may_be_off"]) for row in rows}["SAFETY"] == (True, False)
    answer = client.post("/api/v1/notices/switches", {"kind": "EXPIRY", "mail": False}, "application/json")
    assert {row["kind"]: row["mail"] for row in answer.json()["results"]}["EXPIRY"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "SAFETY", "mail": False}, "ALWAYS_MAILED"),
        ({"kind": "WEATHER", "mail": False}, "UNKNOWN_KIND"),
    ],
)
def test_what_cannot_be_switched_is_refused(body: dict[str, Any], code: str) -> None:
    answer = signed_in(a_user()).post("/api/v1/notices/switches", body, "application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize("path", ["notices", "notices/unread", "notices/switches", "standing"])
def test_without_signing_in_there_is_nothing(path: str) -> None:
    assert Client().get(f"/api/v1/{path}").status_code == 401
