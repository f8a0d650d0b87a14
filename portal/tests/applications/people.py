"""Answers of invented people, good ones, for tests to spoil."""

import uuid
from copy import deepcopy
from datetime import timedelta
from typing import Any

from django.test import Client

from portal import clock
from portal.applications import services
from portal.models import Application, Upload, User
from portal.onboarding.steps import Step
from portal.tests.factories import a_user

Answers = dict[str, Any]


def soon(days: int = 400) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def avery() -> Answers:
    return {
        "first_name": "Avery", "middle_name": "", "last_name": "Lindqvist", "born_on": "1984-02-29",
        "citizenship": "US", "id_kind": "DRIVING_LICENCE", "id_country": "US", "id_number": "L1234567",
        "id_expires_on": soon(),
    }  # fmt: skip


NEW_YORK = {
    "address_line": "1 Main Street", "city": "New York", "region": "NY", "postal_code": "10001",
    "country": "US",
}  # fmt: skip
SSN = "536-90-4399"


def a_persons_answers() -> dict[str, Answers]:
    """Of an individual in New York, but for documents and agreements."""
    return deepcopy(
        {
            "IDENTITY": {"people": [avery()]},
            "ADDRESS": {"people": [NEW_YORK]},
            "TAX": {
                "people": [{"tax_country": "US", "tin_kind": "SSN", "tin": SSN, "treaty_rate": None}],
                "certified": True, "typed_name": "avery  LINDQVIST",
            },
            "FINANCES": {
                "employment": "EMPLOYED", "employer": "Fjord Works", "occupation": "Engineer",
                "income": "250000", "net_worth": "900000.50", "liquid_net_worth": "120000",
                "source_of_funds": "Salary", "works_for_broker": False, "controls_public_company": "",
            },
            "OBJECTIVE": {
                "objective": "CAPITAL_APPRECIATION", "experience": "3_TO_10_YEARS",
                "horizon": "OVER_5_YEARS", "understands_illiquid": True,
            },
            "TRUSTED_CONTACT": {"declined": True},
            "ACCREDITATION": {"wanted": False},
        }
    )  # fmt: skip


def abroad() -> dict[str, Answers]:
    """Of somebody in Oslo, by passport."""
    answers = a_persons_answers()
    person = answers["IDENTITY"]["people"][0]
    person |= {"citizenship": "NO", "id_kind": "PASSPORT", "id_country": "NO", "id_number": "CCC002549"}
    answers["ADDRESS"]["people"] = [
        {
            "address_line": "Karl Johans gate 1",
            "city": "Oslo",
            "region": "",
            "postal_code": "0154",
            "country": "NO",
        }
    ]
    answers["TAX"]["people"] = [
        {"tax_country": "NO", "tin_kind": "FOREIGN", "tin": "15108695088", "treaty_rate": "15"}
    ]
    return answers


def two_people() -> dict[str, Answers]:
    """Of Avery and another, jointly."""
    answers = a_persons_answers()
    robin = avery() | {"first_name": "Robin", "last_name": "Sato", "id_number": "R7654321"}
    answers["IDENTITY"]["people"].append(robin)
    answers["ADDRESS"]["people"].append(deepcopy(NEW_YORK))
    answers["TAX"]["people"].append(
        {"tax_country": "US", "tin_kind": "SSN", "tin": "321-45-6780", "treaty_rate": None}
    )
    return answers


def an_owner(first_name: str = "Mika", **more: Any) -> Answers:
    return {
        **avery(), **NEW_YORK, "role": "BENEFICIAL_OWNER", "first_name": first_name, "tin_kind": "SSN",
        "tin": "321-45-6780", "owns_percent": "50", "title": "", **more,
    }  # fmt: skip


def in_control(**more: Any) -> Answers:
    return an_owner("Kim", **{"role": "CONTROL_PERSON", "owns_percent": "", "title": "Manager", **more})


def an_llc() -> dict[str, Answers]:
    """Of a company in Delaware with two owners."""
    of_people = a_persons_answers()
    return {
        "ENTITY": {
            "legal_name": "Fjord Ventures LLC", "formed_in": "US", "formed_region": "DE",
            "formed_on": "2015-03-01", "business": "Invests the founders’ savings.",
        },
        "ADDRESS": {"people": [deepcopy(NEW_YORK)]},
        "OWNERS": {
            "people": [
                in_control(tin="318-42-1234"),
                an_owner(tin="321-45-6780"),
                an_owner("Noor", tin="219-09-9998", id_number="N2223334"),
            ],
            "nobody_owns_25": False,
        },
        "TAX": {
            "people": [{"tax_country": "US", "tin_kind": "EIN", "tin": "91-1144442", "treaty_rate": None}],
            "certified": True, "typed_name": "Kim Lindqvist",
        },
        "FINANCES": {
            "revenue": "100000", "net_assets": "2000000", "source_of_funds": "Founders",
            "works_for_broker": False, "controls_public_company": "",
        },
        "OBJECTIVE": of_people["OBJECTIVE"],
        "ACCREDITATION": {"wanted": False},
    }  # fmt: skip


class Browser(Client):
    """Somebody signed in, at their application."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__()
        self.user = user or a_user(password=None)
        self.force_login(self.user)
        self.at = ""

    def begin(self, kind: str = "INDIVIDUAL", **more: Any) -> dict[str, Any]:
        made = self.ask("post", "/api/v1/applications", {"kind": kind, **more}, status=201)
        self.at = f"/api/v1/applications/{made['id']}"
        return made

    def ask(self, method: str, path: str, data: Any = None, *, status: int = 200) -> Any:
        sent = {} if data is None else {"data": data, "content_type": "application/json"}
        response = getattr(self, method)(path, **sent)
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    def put_answers(self, step: str, answers: Any, *, status: int = 200) -> Any:
        return self.ask("put", f"{self.at}/steps/{step}", {"answers": answers}, status=status)

    def answers(self, step: str) -> Any:
        return self.ask("get", f"{self.at}/steps/{step}")["answers"]

    def look(self) -> Any:
        return self.ask("get", self.at)

    def sign_all(self) -> Any:
        seen = self.look()
        return self.put_answers(
            "AGREEMENTS",
            {
                "signatures": [
                    {"code": one["code"], "version": one["version"], "typed_name": seen["signing_name"]}
                    for one in seen["agreements"]
                ]
            },
        )

    @property
    def application(self) -> Application:
        return Application.objects.get(pk=self.at.rpartition("/")[2])

    def hand_in_all(self) -> None:
        """The rows of uploads, without the files."""
        for place, needed in enumerate(self.look()["documents"]):
            if not needed["met"]:
                an_upload(
                    self.application, kind=needed["kinds"][0], identity_id=needed["identity"],
                    tax_year=needed["tax_year"], dated=clock.today(), sha256=f"{place:064}",
                )  # fmt: skip


def an_upload(application: Application, **fields: Any) -> Upload:
    return Upload.objects.create(
        **{
            "application": application, "kind": "OTHER", "name": "paper.pdf", "size": 1,
            "content_type": "application/pdf", "sha256": uuid.uuid4().hex, "stored_as": uuid.uuid4(),
            "scan": "CLEAN", "uploaded_at": clock.now(), "uploaded_by": application.applicant, **fields,
        }
    )  # fmt: skip


def ready(
    browser: Browser | None = None, *, kind: str = "INDIVIDUAL", answers: dict[str, Answers] | None = None
) -> Browser:
    """An application with nothing missing."""
    browser = browser or Browser()
    browser.begin(kind)
    for step, given in (answers or a_persons_answers()).items():
        services.answer(application=browser.application, step=Step(step), given=given, by=browser.user)
    browser.hand_in_all()
    browser.sign_all()
    return browser
