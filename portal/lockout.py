"""Too many wrong tries close sign-in for a while: counted in the history of sign-ins, for all processes.

House rules, after NIST SP 800-63B 5.2.2 (limit guesses on one sign-in) and OWASP ASVS 2.2.1: five wrong
passwords or codes for one address typed; and, against one password tried on many people, fifty from one
network address, above what the people of one office mistype.
"""

from datetime import timedelta

from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F, Max, QuerySet
from django.db.models.functions import Now

from portal.models import SignIn

WINDOW = timedelta(minutes=15)  # tries this close together count, and this long sign-in then stays closed
MOST_FOR_ONE = 5
MOST_FROM_ONE = 50
ADVISORY = 3  # first half of the key of the lock under which the tries for one address are counted

Outcome = SignIn.Outcome
WRONG = (Outcome.WRONG_PASSWORD, Outcome.WRONG_CODE)
# Whoever has shown who they are starts afresh; a password is changed by whoever knows it, or reads the mail.
CLEARED = (Outcome.SIGNED_IN, Outcome.PASSWORD_CHANGED)


def one_at_a_time(email: str) -> None:
    """Until the transaction ends: or guesses sent at once would all be counted as the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ADVISORY, email])


def is_locked(*, email: str, address: str | None) -> bool:
    return is_locked_for(email) or _is_locked(
        SignIn.objects.filter(address=address, outcome__in=WRONG), most=MOST_FROM_ONE
    )


def is_locked_for(email: str) -> bool:
    rows = SignIn.objects.filter(email=email)
    cleared = rows.filter(outcome__in=CLEARED).aggregate(last=Max("pk"))["last"] or 0
    return _is_locked(rows.filter(outcome__in=WRONG, pk__gt=cleared), most=MOST_FOR_ONE)


def _is_locked(wrong: QuerySet[SignIn], *, most: int) -> bool:
    """From the last of so many within the window on, for as long as the window is."""
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    ages = list(wrong.annotate(age=age).order_by("-pk").values_list("age", flat=True)[:most])
    return len(ages) == most and ages[0] < WINDOW and ages[-1] - ages[0] < WINDOW
