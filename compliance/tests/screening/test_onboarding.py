"""Everybody behind an application is screened, and the applicant never hears of it."""

from decimal import Decimal

import pytest

from compliance.models import ScreeningHit
from compliance.screening import hits
from compliance.screening.checks import SanctionsCheck
from compliance.tests.screening.applicants import HARMLESS, TORVALDEN, an_application
from compliance.tests.screening.invented import ENTRIES, NAMES, files, load, person
from portal import checks, proposals, vault
from portal.applications.refusals import ApplicationRefused
from portal.checks import Finding, Outcome
from portal.models import Application, CheckResult
from portal.tests.factories import an_operator

pytestmark = pytest.mark.django_db
OWNER = {"role": "BENEFICIAL_OWNER"}


@pytest.fixture
def lists_loaded() -> None:
    load()


def check(application: Application) -> list[Finding]:
    return SanctionsCheck().check(application)


def test_where_no_list_is_loaded_a_person_looks() -> None:
    [found] = check(an_application(HARMLESS))
    assert (found.outcome, found.code) == (Outcome.REVIEW, "BEING_LOOKED_AT")
    assert "No sanctions list is loaded" in found.facts["no list"]


@pytest.mark.usefixtures("lists_loaded")
def test_who_is_not_listed_passes() -> None:
    [found] = check(an_application(HARMLESS))
    assert (found.outcome, found.facts) == (Outcome.PASSED, {"people": 1})
    assert not ScreeningHit.objects.exists()


@pytest.mark.usefixtures("lists_loaded")
def test_a_hit_is_put_before_people_with_its_reasons() -> None:
    application = an_application(TORVALDEN)
    [found] = check(application)
    assert found.outcome == Outcome.REVIEW
    [told] = found.facts["hits"]
    assert (told["listed"], told["entry"], told["list"]) == ("TORVALDEN MARKOS, Joaquin", 101, "SDN")
    hit = ScreeningHit.objects.get()
    assert (hit.application, hit.identity, hit.status) == (application, application.identities.get(), "OPEN")
    assert hit.score >= Decimal("0.85")
    assert "Born on 1963-07-28, as listed" in hit.why


@pytest.mark.usefixtures("lists_loaded")
def test_the_applicant_is_told_nothing_of_it() -> None:
    [hit] = check(an_application(TORVALDEN))
    [passed] = check(an_application(HARMLESS))
    for found in (hit, passed):
        shown = f"{found.code} {found.text} {found.step}".lower()
        assert not any(word in shown for word in ("sanction", "ofac", "list", "screen", "match", "hit"))


@pytest.mark.usefixtures("lists_loaded")
def test_owners_of_an_entity_are_screened_too() -> None:
    entity = {"role": "ENTITY", "last_name": "Whitcombe Ventures LLC"}
    application = an_application(entity, HARMLESS | OWNER, TORVALDEN | OWNER, kind="LLC")
    [found] = check(application)
    assert [told["person"] for told in found.facts["hits"]] == ["Joaquin Torvalden"]


@pytest.mark.usefixtures("lists_loaded")
def test_an_entity_is_screened_by_its_own_name() -> None:
    entity = {"role": "ENTITY", "last_name": "Darvosk Heavy Industries LLC"}
    [found] = check(an_application(entity, HARMLESS | OWNER, kind="LLC"))
    assert found.facts["hits"][0]["entry"] == 201


@pytest.mark.usefixtures("lists_loaded")
@pytest.mark.parametrize(("shares", "is_told"), [(("25", "25"), True), (("25", "24.99"), False)])
def test_half_in_the_hands_of_the_listed_together_is_said_so(shares: tuple[str, str], is_told: bool) -> None:
    """OFAC's guidance of 13 August 2014: 50 percent or more, in the aggregate."""
    belostenkov = {"first_name": "Dmitry", "last_name": "Belostenkov"}
    owners = [
        one | OWNER | {"owns_percent": share}
        for one, share in zip((TORVALDEN, belostenkov), shares, strict=True)
    ]
    application = an_application(
        {"role": "ENTITY", "last_name": "Whitcombe Ventures LLC"}, *owners, kind="LLC"
    )
    found = check(application)
    assert any("ownership" in one.facts for one in found) == is_told
    assert all(one.outcome == Outcome.REVIEW for one in found)


@pytest.mark.usefixtures("lists_loaded")
def test_a_number_of_a_document_is_found_by_its_fingerprint() -> None:
    someone = HARMLESS | {"id_fingerprint": vault.fingerprint("P0017003")}
    [found] = check(an_application(someone))
    assert found.facts["hits"][0]["matched"] == "Passport P0017003"


@pytest.mark.usefixtures("lists_loaded")
def test_sent_in_again_it_is_the_same_hit() -> None:
    application = an_application(TORVALDEN)
    check(application)
    check(application)
    assert ScreeningHit.objects.count() == 1


# --- Cleared --------------------------------------------------------------------------------------------


@pytest.fixture
def cleared(lists_loaded: None) -> Application:
    application = an_application(TORVALDEN)
    check(application)
    hits.clear(hit=ScreeningHit.objects.get(), reason="Another town, another mother.", by=an_operator())
    return application


def outcomes(application: Application) -> list[str]:
    return [found.outcome.value for found in check(application)]


def test_what_was_cleared_stays_cleared(cleared: Application) -> None:
    assert outcomes(cleared) == ["PASSED"]
    assert ScreeningHit.objects.get().status == "CLEARED"


def test_in_another_application_of_the_same_applicant_too(cleared: Application) -> None:
    again = an_application(TORVALDEN, applicant=cleared.applicant, purpose="RENEW_IDENTITY")
    assert outcomes(again) == ["PASSED"]


def test_somebody_elses_application_asks_anew(cleared: Application) -> None:
    assert outcomes(an_application(TORVALDEN)) == ["REVIEW"]


def test_until_the_person_changes(cleared: Application) -> None:
    cleared.identities.update(born_on="1964-07-28")
    assert outcomes(cleared) == ["REVIEW"]


def test_or_the_entry_changes(cleared: Application) -> None:
    other = person(101, "TORVALDEN MARKOS, Joaquin", "DOB 28 Jul 1963; Passport P0017004 (Belize).")
    load(files(other, *ENTRIES[1:], names=NAMES))
    assert outcomes(cleared) == ["REVIEW"]
    assert sorted(ScreeningHit.objects.values_list("status", flat=True)) == ["CLEARED", "OPEN"]


@pytest.mark.usefixtures("lists_loaded")
def test_an_open_hit_lapses_when_the_person_turns_out_to_be_called_otherwise() -> None:
    application = an_application(TORVALDEN)
    check(application)
    application.identities.update(last_name="Whitcombe")
    assert outcomes(application) == ["PASSED"]
    assert ScreeningHit.objects.get().status == "LAPSED"


def test_to_clear_takes_a_reason_and_an_open_hit(cleared: Application) -> None:
    with pytest.raises(hits.HitRefused) as refused:
        hits.clear(hit=ScreeningHit.objects.get(), reason="  ", by=an_operator())
    assert refused.value.code == "REASON_REQUIRED"
    with pytest.raises(hits.HitRefused) as refused:
        hits.clear(hit=ScreeningHit.objects.get(), reason="Again.", by=an_operator())
    assert refused.value.code == "DECIDED_ALREADY"


@pytest.mark.usefixtures("lists_loaded")
def test_nobody_clears_their_own() -> None:
    application = an_application(TORVALDEN)
    check(application)
    with pytest.raises(hits.HitRefused) as refused:
        hits.clear(hit=ScreeningHit.objects.get(), reason="Not me.", by=application.applicant)
    assert refused.value.code == "OWN_APPLICATION"
    assert ScreeningHit.objects.get().status == "OPEN"


def test_reviewers_are_told_once_it_is_cleared(lists_loaded: None) -> None:
    application = an_application(TORVALDEN)
    checks.run(application, round=1)
    hits.clear(hit=ScreeningHit.objects.get(), reason="Another town.", by=an_operator())
    said = CheckResult.objects.filter(application=application, check_name=hits.CHECK)
    assert list(said.order_by("pk").values_list("outcome", flat=True)) == ["REVIEW", "PASSED"]


# --- Decisions --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("lists_loaded")
def test_nothing_is_approved_over_an_open_or_a_confirmed_hit() -> None:
    application = an_application(TORVALDEN)
    check(application)
    application.stage = "APPROVED"
    with pytest.raises(ApplicationRefused) as refused:
        SanctionsCheck().decided(application)
    assert refused.value.code == "CHECK_OPEN"
    confirm(ScreeningHit.objects.get())
    with pytest.raises(ApplicationRefused) as refused:
        SanctionsCheck().decided(application)
    assert refused.value.code == "CHECK_STANDS"
    application.stage = "REJECTED"
    SanctionsCheck().decided(application)


def test_a_cleared_one_is_approved(cleared: Application) -> None:
    cleared.stage = "APPROVED"
    SanctionsCheck().decided(cleared)


def confirm(hit: ScreeningHit) -> ScreeningHit:
    proposal = proposals.propose(
        kind="CONFIRM_SCREENING_HIT", subject=str(hit.pk), new={}, reason="Same passport.", by=an_operator()
    )
    proposals.approve(proposal=proposal, by=an_operator())
    return ScreeningHit.objects.get(pk=hit.pk)
