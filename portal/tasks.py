"""What Celery runs for the office. No task carries data; no rule depends on one running."""

from celery import shared_task

from portal import uploads


@shared_task(name="portal.tasks.sweep_uploads")
def sweep_uploads() -> None:
    uploads.sweep()
