"""Reviewers at the desk: what waits, what shows it, what is asked for, and what takes two of them."""

from typing import Any

from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from portal import clock, roles, second_factor, uploads
from portal.applications import rating, services
from portal.models import User
from portal.tests.applications.people import Browser, a_persons_answers, a_user
from portal.tests.factories import PASSWORD, TOTP_SECRET
from portal.tests.uploads.files import picture
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults


def a_reviewer() -> User:
    user = a_user(is_staff=True)
    user.groups.add(Group.objects.get(name=roles.ONBOARDING_REVIEWER))
    return user


def an_applicant(**person: Any) -> Browser:
    """With everything handed in, and sent in."""
    browser, answers = Browser(), a_persons_answers()
    browser.begin()
    answers["IDENTITY"]["people"][0] |= person
    for step, given in answers.items():
        browser.put_answers(step, given)
    for place, needed in enumerate(browser.look()["documents"]):
        uploads.add(
            application=browser.application, by=browser.user, name=f"{place}.jpg", claimed="image/jpeg",
            content=picture(size=(640 + place, 400)), kind=needed["kinds"][0], identity=needed["identity"],
            dated=clock.today(),
        )  # fmt: skip
    browser.sign_all()
    services.submit(application=browser.application, by=browser.user)
    return browser


def signed_in(windows: Windows, user: User) -> Page:
    page = windows.open("/sign-in?next=/admin/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).fill(second_factor.code_of(TOTP_SECRET))
    page.get_by_role("main").get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", name="Operators’ desk")).to_be_visible()
    return page


def look_into_all(page: Page) -> None:
    while page.get_by_role("link", name="Look into it").count():
        page.get_by_role("link", name="Look into it").first.click()
        page.get_by_label("What you looked at").fill("The document and the answers fit.")
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_text("Noted.")).to_be_visible()


def test_a_reviewer_asks_for_more_and_approves_and_a_high_risk_takes_two(windows: Windows) -> None:
    applicant = an_applicant()
    number = str(applicant.application)
    page = signed_in(windows, a_reviewer())
    page.get_by_role("link", name="Onboarding").first.click()
    assert not grave_faults(page)
    page.get_by_role("link", name=number).click()
    page.get_by_label("Purpose").fill("The oldest one waiting.")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="Avery Lindqvist")).to_be_visible()
    page.get_by_role("link", name="Take it").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("is yours.")).to_be_visible()
    assert not grave_faults(page)

    page.get_by_role("link", name="Driving licence").first.click()
    drawn = page.get_by_role("img", name="Page 1")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert not grave_faults(page)
    page.go_back()

    page.get_by_role("link", name="Ask for more").click()
    page.get_by_label("Address").check()
    page.get_by_label("For the applicant").fill("Give the number of your flat.")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("is with the applicant again.")).to_be_visible()

    home = windows.open(f"/apply/{applicant.application.pk}", user=applicant.user)
    expect(home.get_by_text("Give the number of your flat.").first).to_be_visible()
    applicant.put_answers("ADDRESS", applicant.answers("ADDRESS"))
    services.submit(application=applicant.application, by=applicant.user)

    page.reload()
    look_into_all(page)
    page.get_by_role("link", name="Approve", exact=True).click()
    page.get_by_label("Reason").fill("Document, address and answers fit.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("is approved.")).to_be_visible()
    home.reload()
    expect(home.get_by_text("is open.").first).to_be_visible()

    risky = an_applicant(id_number="C7654321").application
    rating.raise_risk(application=risky, by=a_reviewer(), to="HIGH", reason="Deals in cash.")
    page.goto(f"/admin/portal/application/{risky.pk}/take/")
    page.get_by_role("button", name="Take it").click()
    look_into_all(page)
    page.get_by_role("link", name="Propose approval").click()
    page.get_by_label("Reason").fill("The cash is explained by the tax return.")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("You proposed this: somebody else has to decide.")).to_be_visible()
    second = windows.open(page.url, user=a_reviewer())
    second.get_by_role("button", name="Approve").click()
    expect(second.locator(".messagelist")).to_contain_text("in effect")
