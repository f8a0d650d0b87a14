"""What Celery runs of supervision. No rule depends on one running."""

from celery import shared_task

from compliance import services
from compliance.screening import rescreening


@shared_task(name="compliance.tasks.stop_buying_where_over")
def stop_buying_where_over() -> None:
    services.stop_buying_where_over()


@shared_task(name="compliance.tasks.screen_people")
def screen_people() -> None:
    """Start what is due, and see that what was begun goes on."""
    rescreening.start_due()
    if rescreening.unfinished():
        carry_on_screening.delay()


@shared_task(name="compliance.tasks.carry_on_screening")
def carry_on_screening() -> None:
    """A step, and then at the end of the queue again."""
    if any(rescreening.carry_on(run) for run in rescreening.unfinished()):
        carry_on_screening.delay()
