"""What people do on the way to an account."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from portal.models import User
from portal.tests.uploads.files import picture
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults


@dataclass
class Wizard:
    page: Page
    name: str  # as it is signed

    @classmethod
    def begin(cls, windows: Windows, kind: str, *, user: User, name: str, **options: Any) -> "Wizard":
        page = windows.open("/apply", user=user, reduced_motion="reduce", **options)
        page.get_by_role("button", name=kind).click()
        expect(page.get_by_role("heading", name=kind, level=1)).to_be_visible()
        return cls(page, name)

    def go_on(self) -> None:
        self.page.get_by_role("link", name=re.compile("^(Begin|Continue)$")).click()

    def is_at(self, step: str) -> None:
        expect(self.page.get_by_role("heading", name=step, level=1, exact=True)).to_be_focused()
        expect(self.page.get_by_text("Loading …")).to_have_count(0)

    def part(self, legend: str) -> Locator:
        return self.page.get_by_role("group", name=legend, exact=True)

    def fill(self, answers: Mapping[str, str], *, within: Locator | None = None) -> None:
        """Fields and lists by their labels; of a list, the option by its text."""
        for label, answer in answers.items():
            field = (within or self.page).get_by_label(label, exact=True)
            if field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(label=answer)
            else:
                field.fill(answer)

    def choose(self, question: str | re.Pattern[str], answer: str) -> None:
        group = self.page.get_by_role("radiogroup", name=question)
        group.get_by_role("radio", name=re.compile(f"^{answer}")).check(force=True)

    def tick(self, sentence: str) -> None:
        self.page.get_by_role("checkbox", name=re.compile(sentence)).check(force=True)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save and continue").click()

    def is_told(self, sentence: str, *, at: str) -> None:
        """Beside the field itself, which has the focus."""
        field = self.page.get_by_label(at, exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))
        expect(self.page.get_by_role("alert")).to_contain_text("Nothing was saved yet.")

    def hand_in(self) -> None:
        """A picture of every document that is asked for, each another one."""
        needed = self.page.locator("section").filter(has=self.page.get_by_text("Needed", exact=True))
        expect(self.page.get_by_text("Needed", exact=True).first).to_be_visible()
        while left := needed.count():
            section = needed.first
            section.locator("input[type=file]").first.set_input_files(
                {
                    "name": f"paper {left}.jpg",
                    "mimeType": "image/jpeg",
                    "buffer": picture(size=(600 + left, 400)),
                }
            )
            expect(needed).to_have_count(left - 1)

    def sign_all(self) -> None:
        fields = self.page.get_by_label(re.compile("^Your full legal name, to sign"))
        for place in range(fields.count()):
            fields.nth(place).fill(self.name)
        self.save()

    def submit(self) -> None:
        self.is_at("Review and submit")
        self.page.get_by_role("button", name="Submit application").click()

    def stands(self, at: str) -> None:
        expect(self.page.get_by_role("heading", name=at, level=2, exact=True)).to_be_visible()

    def shuts_nobody_out(self) -> None:
        faults = grave_faults(self.page)
        assert not faults, "\n".join(faults)
