"""An account of one's own: signed up, confirmed, with a second factor, and back in by each way there is."""

import re

from django.contrib.auth.models import Group
from playwright.sync_api import CDPSession, Page, expect

from config import env
from portal import roles, second_factor
from portal.models import User
from tests.e2e.windows import Windows
from tests.support.programs import wait_until

EMAIL, PASSWORD = "nia@example.com", "willow-tram-copper"


def mailed_code() -> str:
    """As the mail's file has it."""

    def found() -> list[str]:
        written = sorted((env.DATA_DIR / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime)
        texts = [path.read_text() for path in written]
        return [
            code for text in texts if EMAIL in text for code in re.findall(r"^[A-Z]{4}-[A-Z]{4}$", text, re.M)
        ]

    wait_until(lambda: bool(found()), "the mail is written")
    return found()[-1]


def a_passkey_device(page: Page) -> CDPSession:
    """A browser with a fingerprint reader, which says yes."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device


def type_in(page: Page, label: str, text: str, button: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def give_password(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    type_in(page, "Password", PASSWORD, "Sign in")


def is_in(page: Page) -> None:
    expect(page.get_by_role("button", name="Account of")).to_be_visible()


def test_somebody_signs_up_and_comes_back_by_code_recovery_code_and_passkey(windows: Windows) -> None:
    windows.complaints.expected.append("status of 400")
    page = windows.open("/sign-up")
    a_passkey_device(page)
    page.get_by_label("E-mail").fill(EMAIL)
    type_in(page, "Password", PASSWORD, "Sign up")
    expect(page.get_by_text("We have sent a mail to")).to_be_visible()
    type_in(page, "Code", mailed_code(), "Confirm")

    page.get_by_role("button", name="Set up an app").click()
    key = page.locator(".totp-key").inner_text().replace(" ", "")
    type_in(page, "Code of the app", second_factor.code_of(key), "Turn it on")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(f"{windows.address}/apply")

    sign_out(page)
    give_password(page)
    type_in(page, "Code", "000000", "Continue")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    type_in(page, "Code", second_factor.code_of(key), "Continue")
    is_in(page)

    for is_good in (True, False):
        sign_out(page)
        give_password(page)
        type_in(page, "Code", codes[0], "Continue")
        if is_good:
            is_in(page)
            continue
        expect(page.get_by_role("alert")).to_contain_text("was used before")
        type_in(page, "Code", codes[1], "Continue")
        is_in(page)

    page.goto("/security")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Passkey: Passkey 1")).to_be_visible()
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    is_in(page)

    user = User.objects.get(email=EMAIL)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=roles.EXAMINER))
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Operators’ desk")).to_be_visible()
    page.goto("/security")
    for button in ("Remove the app", "Remove Passkey 1"):
        page.get_by_role("button", name=button).click()
    expect(page.get_by_text("You have no second factor")).to_be_visible()
    windows.complaints.expected.append("status of 403")
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Set up a second factor first")).to_be_visible()
