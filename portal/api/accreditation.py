"""What an applicant may say of accredited status, and what is asked of whom: the form of that step."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, ChoiceField, ListField
from rest_framework.views import APIView

from portal.api.application_outputs import Answers
from portal.api.applications import GET_ERRORS, own_application
from portal.api.outputs import Shape
from portal.applications.cases import case_of
from portal.onboarding import accreditation
from portal.onboarding.accreditation import CATEGORIES, Category, Fact, Form, Method, Thresholds
from portal.onboarding.case import Case


class FactChoiceShape(Shape):
    value = CharField()
    text = CharField()


class AskedWhenShape(Shape):
    name = CharField()
    values = ListField(child=Answers())


class FactShape(Shape):
    name = CharField(help_text="Under `facts` of the step's answers.")
    form = ChoiceField([form.value for form in Form])
    ask = CharField()
    choices = FactChoiceShape(many=True)
    when = AskedWhenShape(allow_null=True, help_text="Asked only where that fact has one of these values.")


class CategoryMethodShape(Shape):
    code = CharField()
    evidence = ListField(child=CharField(), help_text="The documents asked for then.")


class CategoryShape(Shape):
    code = CharField(help_text="AI01 to AI13 (17 CFR 230.501(a)).")
    title = CharField()
    words = CharField()
    citation = CharField()
    facts = FactShape(many=True)
    methods = CategoryMethodShape(many=True, help_text="How it may be shown.")


class MethodShape(Shape):
    code = CharField(help_text="A to F (17 CFR 230.506(c)(2)(ii)).")
    title = CharField()
    words = CharField()
    citation = CharField()
    statements = FactShape(many=True)


class AccreditationFormShape(Shape):
    categories = CategoryShape(many=True)
    methods = MethodShape(many=True)


class AccreditationFormView(APIView):
    @extend_schema(responses={200: AccreditationFormShape, **GET_ERRORS}, tags=["applications"])
    def get(self, request: Request, application_id: int) -> Response:
        """Which categories there are for this applicant. How each is shown, and what is asked for it, with
        the figures in force today."""
        case = case_of(own_application(request, application_id))
        categories = accreditation.categories_of(case.kind)
        methods = {one.code: one for row in categories for one in _methods(row, case)}
        return Response(
            {
                "categories": [_category(row, case) for row in categories],
                "methods": [_method(methods[code], case.house.accredited) for code in sorted(methods)],
            }
        )


def _methods(category: Category, case: Case) -> list[Method]:
    return accreditation.methods_of(category.code, case.kind, earlier=case.earlier)


def _category(row: Category, case: Case) -> dict[str, Any]:
    numbers = case.house.accredited
    return {
        "code": row.code,
        "title": row.title,
        "words": numbers.said_in(row.words),
        "citation": row.citation,
        "facts": [_fact(fact, numbers) for fact in accreditation.facts_of(row.code, case.kind)],
        "methods": [
            {"code": method.code, "evidence": _evidence(method, row, case)} for method in _methods(row, case)
        ],
    }


def _evidence(method: Method, category: Category, case: Case) -> list[str]:
    needed = accreditation.evidence_of(
        method.code, category.code, case.kind, case.house.today, case.house.accredited
    )
    return [one.why for one in needed]


def _method(row: Method, numbers: Thresholds) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "words": numbers.said_in(row.words),
        "citation": row.citation,
        "statements": [_fact(fact, numbers) for fact in row.statements],
    }


def _fact(fact: Fact, numbers: Thresholds) -> dict[str, Any]:
    # Of owners the choices are categories by their codes: people are told their titles.
    choices = [
        {"value": code, "text": CATEGORIES[code].title if fact.form == Form.OWNERS else text}
        for code, text in fact.choices
    ]
    return {
        "name": fact.name,
        "form": fact.form.value,
        "ask": numbers.said_in(fact.ask),
        "choices": choices,
        "when": fact.when and {"name": fact.when[0], "values": list(fact.when[1])},
    }
