"""Two tabs of one person answer at once: for real, each with a connection of its own."""

from threading import Thread

from django.db import connections

from portal.applications import services
from portal.models import Identity, StepAnswers
from portal.onboarding.steps import Step
from portal.tests.applications.people import Browser, a_persons_answers


def test_two_tabs_take_turns_and_neither_loses_the_others_step(committed_db: str) -> None:
    browser = Browser()
    browser.begin()
    answers = a_persons_answers()
    problems: list[Exception] = []

    def tab(step: Step) -> None:
        try:
            for _ in range(3):
                services.answer(
                    application=browser.application, step=step, given=answers[step], by=browser.user
                )
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    tabs = [Thread(target=tab, args=[step]) for step in (Step.IDENTITY, Step.ADDRESS, Step.IDENTITY)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert not problems
    row = Identity.objects.get(application=browser.application)
    assert (row.full_name, row.city) == ("Avery Lindqvist", "New York")
    assert set(StepAnswers.objects.values_list("step", flat=True)) == {"IDENTITY", "ADDRESS"}
