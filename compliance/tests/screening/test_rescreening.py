"""People are held against the lists again: daily, and when a list changes."""

from datetime import timedelta

import pytest

from compliance.models import ScreeningHit, ScreeningRun
from compliance.screening import lists, rescreening
from compliance.screening.index import Index
from compliance.tasks import screen_people
from compliance.tests.screening.applicants import HARMLESS, TORVALDEN, an_application, an_approved
from compliance.tests.screening.invented import ENTRIES, NAMES, files, load, person
from portal import checks, clock
from portal.models import Account, AuditEntry, CheckResult

pytestmark = pytest.mark.django_db
WHITCOMBE = person(500, "WHITCOMBE, Jennifer", "DOB 29 Feb 1984.")


def run_all() -> list[ScreeningRun]:
    started = rescreening.start_due()
    for run in rescreening.unfinished():
        while rescreening.carry_on(run):
            pass
    return [ScreeningRun.objects.get(pk=run.pk) for run in started]


def test_nothing_is_due_without_a_list() -> None:
    assert rescreening.start_due() == []


def test_a_list_taken_in_is_held_against_everybody_once_and_then_daily() -> None:
    an_approved(TORVALDEN)
    an_approved(HARMLESS)
    load()
    listed, daily = run_all()
    assert [(run.cause, run.people, run.done, run.entries) for run in (listed, daily)] == [
        ("LIST", 2, 2, 9), ("DAILY", 2, 2, 9)
    ]  # fmt: skip
    assert (listed.hits, daily.hits) == (1, 0)
    assert listed.finished_at is not None
    assert run_all() == []
    clock.advance(by=timedelta(days=1))
    assert [run.cause for run in run_all()] == ["DAILY"]
    assert ScreeningHit.objects.get().run == listed


def test_of_a_changed_list_only_what_is_new_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    an_approved(HARMLESS)
    an_approved(TORVALDEN)
    load()
    run_all()
    asked = []
    search = Index.search

    def watched(index: Index, *args: object, among: object = None, **more: object) -> object:
        asked.append(among)
        return search(index, *args, among=among, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Index, "search", watched)
    load(files(*ENTRIES, WHITCOMBE, names=NAMES))
    [run] = run_all()
    assert (run.cause, run.entries, run.hits) == ("LIST", 1, 1)
    assert asked == [{500}, {500}]
    assert ScreeningHit.objects.get(entry__uid=500).name == "Jennifer Whitcombe"


@pytest.mark.parametrize(
    ("stage", "is_looked_at"),
    [
        ("DRAFT", False),
        ("CHECKING", True),
        ("IN_REVIEW", True),
        ("NEEDS_ANSWERS", True),
        ("WITHDRAWN", False),
    ],
)
def test_applications_sent_in_are_screened_too(stage: str, is_looked_at: bool) -> None:
    an_application(TORVALDEN, stage=stage)
    load()
    run_all()
    assert ScreeningHit.objects.exists() == is_looked_at


def test_who_closed_their_account_is_left_alone() -> None:
    _, account = an_approved(TORVALDEN)
    Account.objects.filter(pk=account.pk).update(status="CLOSED")
    load()
    run_all()
    assert not ScreeningHit.objects.exists()


def test_reviewers_of_an_application_are_told_of_a_new_hit() -> None:
    application = an_application(HARMLESS)
    load()
    checks.run(application, round=1)
    load(files(*ENTRIES, WHITCOMBE, names=NAMES))
    run_all()
    said = CheckResult.objects.filter(application=application).order_by("-pk").first()
    assert said is not None and said.outcome == "REVIEW"
    assert said.facts["hits"][0]["entry"] == 500


def test_an_open_hit_lapses_when_the_list_says_it_no_longer() -> None:
    an_approved(TORVALDEN)
    load()
    run_all()
    load(files(*ENTRIES[1:]))
    run_all()
    clock.advance(by=timedelta(days=1))
    run_all()
    assert ScreeningHit.objects.get().status == "LAPSED"


def test_a_run_that_was_stopped_is_carried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescreening, "STEP", 1)
    for _ in range(3):
        an_approved(TORVALDEN)
    load()
    run = rescreening.start(ScreeningRun.Cause.ASKED, lists.in_force())
    assert rescreening.carry_on(run)
    run.refresh_from_db()
    assert (run.done, run.finished_at) == (1, None)
    while rescreening.carry_on(rescreening.unfinished()[0]):
        pass
    run.refresh_from_db()
    assert (run.done, run.hits) == (3, 3)
    assert AuditEntry.objects.get(action="PEOPLE_SCREENED").facts["hits"] == 3


def test_the_task_starts_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    rung = []
    monkeypatch.setattr("compliance.tasks.carry_on_screening.delay", lambda: rung.append(1))
    screen_people()
    assert rung == []
    load()
    screen_people()
    assert rung == [1]
    assert len(rescreening.unfinished()) == 2
