"""What Celery runs of supervision. No rule depends on one running."""

from celery import shared_task

from compliance import services


@shared_task(name="compliance.tasks.stop_buying_where_over")
def stop_buying_where_over() -> None:
    services.stop_buying_where_over()
