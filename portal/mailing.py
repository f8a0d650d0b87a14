"""Mail of notices: sent from their rows, so that none is lost; a row is done once the server has taken it.

Killed between the two, it is sent once more, under the same Message-ID.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from portal import clock
from portal.models import Notice

logger = logging.getLogger(__name__)

MOST_IN_A_TURN = 200
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 30  # about a week: the inbox has it all the same


def send_due() -> int:
    """Send what waits, oldest first; return how many. Where the server fails, the rest waits for the next
    turn, which begins behind what has just failed: one bad address holds up nobody."""
    sent = 0
    while sent < MOST_IN_A_TURN and _send_next():
        sent += 1
    return sent


def _send_next() -> bool:
    now = clock.now()
    with transaction.atomic():
        waiting = Notice.objects.filter(
            Q(mail_after=None) | Q(mail_after__lte=now), to_mail=True, mailed_at=None
        )
        rows = waiting.filter(user__is_active=True).select_related("user").order_by("pk")
        row = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
        if row is None:
            return False
        row.mail_tries += 1
        try:
            _message(row).send()
        except (OSError, SMTPException):
            logger.warning("the mail of notice %s failed, try %s", row.pk, row.mail_tries, exc_info=True)
            row.mail_after = now + min(FIRST_WAIT * 2 ** (row.mail_tries - 1), LONGEST_WAIT)
            row.to_mail = row.mail_tries < MOST_TRIES
        else:
            row.mailed_at = now
        row.save(update_fields=["mail_tries", "mail_after", "mailed_at", "to_mail"])
        return row.mailed_at is not None


def _message(notice: Notice) -> EmailMessage:
    site = settings.SITE_URL
    text = notice.text
    if notice.link:
        text += f"\n\n{site}{notice.link}"
    text += f"\n\nWhich mail you get is set at {site}/inbox"
    message_id = f"<notice-{notice.pk}@{urlsplit(site).hostname}>"
    return EmailMessage(notice.subject, text, to=[notice.user.email], headers={"Message-ID": message_id})
