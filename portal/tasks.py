"""What Celery runs for the office. No task carries data; no rule depends on one running."""

from celery import shared_task

from portal import api_keys, contacts, expiry, mailing, uploads
from portal.identity import cases


@shared_task(name="portal.tasks.sweep_nonces")
def sweep_nonces() -> None:
    api_keys.sweep()


@shared_task(name="portal.tasks.sweep_uploads")
def sweep_uploads() -> None:
    uploads.sweep()


@shared_task(name="portal.tasks.ask_providers")
def ask_providers() -> None:
    """Put before providers what waits, and again what they left without an answer."""
    cases.ask_due()


@shared_task(name="portal.tasks.send_mail")
def send_mail() -> None:
    """Somebody was told something: mail what waits."""
    mailing.send_due()


@shared_task(name="portal.tasks.remind")
def remind() -> None:
    """Of what ends soon, once for each day reminded on."""
    expiry.remind()


@shared_task(name="portal.tasks.change_contacts")
def change_contacts() -> None:
    """What has waited its cooling period comes into effect."""
    contacts.apply_due()
