"""The way to an account, in the browser: every step answered, left and taken up again, documents handed in,
agreements signed, sent in; what cannot be taken is said where it was typed, with what to do.
"""

import re
from datetime import timedelta

from playwright.sync_api import expect

from portal import clock
from portal.applications import decisions
from portal.models import Application
from portal.tests.factories import a_user, an_operator
from tests.e2e.windows import Windows
from tests.e2e.wizard import Wizard

AVA = {
    "First name": "Ava",
    "Last name": "Lindqvist",
    "Date of birth": "1984-02-29",
    "Citizenship": "United States",
    "Document": "Driving licence",
    "Issued by": "United States",
    "Number of the document": "L1234567",
    "Valid until": "2099-05-06",
}
NEW_YORK = {
    "Country": "United States",
    "Street and number": "1 Main Street",
    "City": "New York",
    "State": "New York",
    "ZIP or postal code": "10001",
}


def test_an_individual_leaves_resumes_and_sends_everything_in(windows: Windows) -> None:
    windows.complaints.expected.append("status of 422")
    user = a_user()
    wizard = Wizard.begin(windows, "Individual account", user=user, name="Ava Lindqvist")
    wizard.go_on()
    wizard.is_at("Identity")
    seventeen = clock.today() - timedelta(days=365 * 17)
    wizard.fill(AVA | {"Date of birth": seventeen.isoformat()})
    wizard.save()
    wizard.is_told("You have to be 18 to have an account here.", at="Date of birth")
    wizard.shuts_nobody_out()
    wizard.fill({"Date of birth": AVA["Date of birth"]})
    wizard.save()

    wizard.is_at("Address")
    wizard.fill({"Country": "North Korea", "Street and number": "1 Main Street", "City": "Pyongyang"})
    wizard.save()
    wizard.is_told("We open no accounts", at="Country")
    wizard.fill(NEW_YORK)
    wizard.save()

    wizard.is_at("Tax")
    expect(wizard.page.get_by_label("Taxed in")).to_have_value("US")
    wizard.fill({"Taxed in": "France", "Tax number of France": "None: my country gives no tax numbers"})
    wizard.tick("^I certify")
    wizard.fill({"Full legal name, as signature": "Ava Lindqvist"})
    wizard.save()
    wizard.is_told("pays tax there", at="Taxed in")
    wizard.fill({"Taxed in": "United States", "Kind of number": "Social Security number (SSN)"})
    wizard.save()
    wizard.is_told("Give the taxpayer number.", at="Tax number")

    # The tab is closed on it: what was saved is there, and of the rest nothing that is secret.
    wizard.page.close()
    wizard.page = windows.open("/", user=user, reduced_motion="reduce")
    banner = wizard.page.get_by_role("complementary", name="Open an account")
    expect(banner).to_contain_text("Your application is not sent in yet.")
    banner.get_by_role("link", name="Continue").click()
    wizard.stands("Not sent in yet")
    wizard.go_on()
    wizard.is_at("Tax")
    wizard.fill({"Kind of number": "Social Security number (SSN)", "Tax number": "536-90-4399"})
    wizard.tick("^I certify")
    wizard.fill({"Full legal name, as signature": "Ava Lindqvist"})
    wizard.save()

    wizard.is_at("Work and finances")
    wizard.page.get_by_role("link", name=re.compile("^Tax")).click()
    expect(wizard.page.get_by_text("•••4399, kept encrypted")).to_be_visible()
    wizard.page.go_back()
    wizard.is_at("Work and finances")
    wizard.fill(
        {
            "You are": "Employed",
            "Employer, or your business": "Fjord Works",
            "Occupation": "Engineer",
            "Income in a year, before tax": "$250,000",
            "Net worth": "900,000",
            "Liquid net worth": "120000",
            "Where the money you invest comes from": "Salary",
        }
    )
    wizard.choose(re.compile("work for a broker-dealer"), "No")
    wizard.save()
    wizard.is_at("Investment objective")
    wizard.choose("What you mainly invest for", "Growth")
    wizard.choose("Your experience with securities", "3 to 10 years")
    wizard.choose("How long the money can stay invested", "More than 5 years")
    wizard.tick("^I understand")
    wizard.save()
    wizard.is_at("Trusted contact")
    wizard.choose("Do you want to name somebody?", "I would rather not")
    wizard.save()

    wizard.is_at("Accredited investor")
    wizard.choose(re.compile("^Do you want to be verified"), "Yes")
    wizard.choose("On what does it rest?", "Income")
    wizard.choose(re.compile("spouse or spousal equivalent together"), "No")
    wizard.fill({"What was the income of last year?": "250,000", "What was it the year before?": "240000"})
    wizard.fill({"What do you reasonably expect it to be this year?": "150000"})
    wizard.choose("How do you want to show it?", "Tax forms")
    wizard.choose(re.compile("^Do you reasonably expect to reach"), "Yes")
    wizard.save()
    wizard.is_told("$200,000", at="What do you reasonably expect it to be this year?")
    wizard.fill({"What do you reasonably expect it to be this year?": "260000"})
    wizard.save()

    wizard.is_at("Documents")
    expect(wizard.page.get_by_text("Needed", exact=True)).to_have_count(3)
    first = wizard.page.locator("section.apply-document").first
    first.locator("input[type=file]").first.set_input_files(
        {
            "name": "me.svg",
            "mimeType": "image/svg+xml",
            "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        }
    )
    expect(first.get_by_role("alert")).to_contain_text("JPEG, PNG")
    wizard.hand_in()
    wizard.shuts_nobody_out()
    wizard.page.get_by_role("link", name="Continue", exact=True).click()
    wizard.is_at("Agreements")
    wizard.sign_all()
    wizard.is_at("Review and submit")
    expect(wizard.page.get_by_role("region", name="Work and finances")).to_contain_text("$900,000.00")
    wizard.shuts_nobody_out()
    wizard.submit()
    wizard.stands("Somebody at the venue is looking at it")

    # A reviewer asks again, and the page leads to where it is mended.
    application = Application.objects.get(applicant=user)
    decisions.ask_for_more(
        application=application,
        by=an_operator(),
        steps=["ADDRESS"],
        text="Please give the flat's number too.",
    )
    wizard.page.reload()
    wizard.stands("Something is needed from you")
    expect(wizard.page.get_by_text("Please give the flat's number too.").first).to_be_visible()
    wizard.shuts_nobody_out()
    wizard.page.get_by_role("link", name="Mend: Address").click()
    wizard.fill({"Street and number": "1 Main Street, flat 4"})
    wizard.save()
    wizard.is_at("Review and submit")
    wizard.page.get_by_role("button", name="Send it in again").click()
    wizard.stands("Somebody at the venue is looking at it")


def a_person(first_name: str, number: int, **more: str) -> dict[str, str]:
    return AVA | NEW_YORK | {
        "First name": first_name,
        "Number of the document": f"N222333{number}",
        "Kind of tax number": "Social Security number (SSN)",
        "Tax number": f"321-45-678{number}",
        **more,
    }  # fmt: skip


def test_a_company_with_two_owners_is_sent_in_from_a_phone(windows: Windows) -> None:
    windows.complaints.expected.append("status of 422")
    phone = {"width": 390, "height": 844}
    wizard = Wizard.begin(
        windows, "Limited liability company", user=a_user(), name="Kim Lindqvist", viewport=phone
    )
    wizard.go_on()
    wizard.is_at("The organisation")
    wizard.fill({"Full legal name": "Fjord Ventures LLC", "Formed in": "United States", "State": "Delaware"})
    wizard.fill({"Formed on": "2015-03-01", "What it does": "Invests the founders' savings."})
    wizard.save()
    wizard.is_at("Address")
    wizard.fill(NEW_YORK)
    wizard.save()

    wizard.is_at("People behind it")
    wizard.fill(
        a_person("Kim", 1, **{"Title or position": "Manager"}), within=wizard.part("The person in control")
    )
    wizard.fill(a_person("Mika", 2, **{"Share owned": "60"}), within=wizard.part("Owner 1"))
    wizard.page.get_by_role("button", name="Add an owner").click()
    wizard.fill(a_person("Noor", 3, **{"Share owned": "50"}), within=wizard.part("Owner 2"))
    wizard.save()
    expect(wizard.page.get_by_role("alert")).to_contain_text("100")
    wizard.fill({"Share owned": "40"}, within=wizard.part("Owner 2"))
    wizard.save()

    wizard.is_at("Tax")
    wizard.fill({"Kind of number": "Employer number (EIN)", "Tax number": "91-1144442"})
    wizard.tick("^I certify")
    wizard.fill({"Full legal name, as signature": "Kim Lindqvist"})
    wizard.save()
    wizard.is_at("Work and finances")
    wizard.fill({"Revenue in a year": "100000", "Net assets": "2,000,000"})
    wizard.fill({"Where the money it invests comes from": "Founders"})
    wizard.choose(re.compile("work for a broker-dealer"), "No")
    wizard.save()
    wizard.is_at("Investment objective")
    wizard.choose("What you mainly invest for", "Income")
    wizard.choose("Your experience with securities", "None yet")
    wizard.choose("How long the money can stay invested", "1 to 5 years")
    wizard.tick("^I understand")
    wizard.save()
    wizard.is_at("Accredited investor")
    wizard.choose(re.compile("^Do you want to be verified"), "Not now")
    wizard.save()
    wizard.is_at("Documents")
    wizard.hand_in()
    wizard.page.get_by_role("link", name="Continue", exact=True).click()
    wizard.is_at("Agreements")
    wizard.sign_all()
    wizard.submit()
    wizard.stands("Somebody at the venue is looking at it")
    wizard.shuts_nobody_out()
    # Nothing is wider than the phone.
    assert wizard.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
