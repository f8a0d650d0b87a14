"""An account's standing: what is verified of its holder, until when, and what to do then."""

from datetime import date

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField, ChoiceField, DateField

from portal import clock, expiry
from portal.api.access import own_account, own_accounts
from portal.api.authentication import READ
from portal.api.errors import invalid
from portal.api.outputs import Shape, errors
from portal.api.queries import QueryView
from portal.models import Account
from portal.onboarding.classes import InvestorClass

ACCOUNT = OpenApiParameter("account", int, description="May be left out if the caller has but one.")


class StandingMatterShape(Shape):
    matter = ChoiceField(["IDENTITY", "ACCREDITATION", "TAX", "DOCUMENT"])
    title = CharField()
    state = ChoiceField(["GOOD", "ENDS_SOON", "ENDED", "NONE"], help_text="NONE: never verified.")
    until = DateField(allow_null=True, help_text="The last day it is good; null where it does not end.")
    rests_on = CharField(help_text="E.g. the tax form, or how status was verified; or empty.")
    is_needed = BooleanField(help_text="Without it nothing, or not everything, may be bought.")
    renew = ChoiceField(
        ["RENEW_IDENTITY", "ACCREDITATION"], help_text="The purpose of an application that renews it."
    )


class StandingShape(Shape):
    account = CharField()
    investor_class = ChoiceField(list(InvestorClass))
    today = DateField(help_text="The venue’s day.")
    may_buy = BooleanField(help_text="Identity and tax form are good; what may be bought goes by the class.")
    matters = StandingMatterShape(many=True)


class StandingView(QueryView):
    for_keys = READ
    asked = [ACCOUNT]

    @extend_schema(
        responses={200: StandingShape, **errors(400, 401, 404)}, parameters=asked, tags=["account"]
    )
    def get(self, request: Request) -> Response:
        """What is verified of an account, and until when. Past it, one may sell but not buy."""
        account, today = _account(request), clock.today()
        first = max(expiry.days_before(on=today))
        rows = [
            {
                "matter": ending.matter,
                "title": ending.title,
                "state": ending.state(today, first=first),
                "until": None if ending.until in (None, date.max) else str(ending.until),
                "rests_on": expiry.resting_on(account, ending.matter),
                "is_needed": _is_needed(account, ending.matter),
                "renew": ending.purpose.value,
            }
            for ending in expiry.endings(account)
        ]
        needed = [row["state"] for row in rows if row["matter"] in ("IDENTITY", "TAX")]
        return Response(
            {
                "account": str(account.pk),
                "investor_class": account.investor_class,
                "today": str(today),
                "may_buy": not {"ENDED", "NONE"} & set(needed),
                "matters": rows,
            }
        )


def _is_needed(account: Account, matter: str) -> bool:
    if matter == "ACCREDITATION":
        return account.investor_class == InvestorClass.ACCREDITED
    return matter != "DOCUMENT"


def _account(request: Request) -> Account:
    if "account" in request.query_params:
        return own_account(request, request.query_params["account"])
    accounts = list(own_accounts(request)[:2])
    if len(accounts) != 1:
        raise invalid("ACCOUNT_REQUIRED", "Say which account.", field="account")
    return accounts[0]
