"""The dated rule table: what each rule says from when on, and where it is written."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from portal.admin.base import ActForm, ReadOnlyAdmin, act_page, link, make_proposal, posted
from portal.country_table import NewCountryRule, choices, name_of
from portal.models import CountryRule, RuleValue
from portal.rule_table import NewRuleValue, known_rules


class RuleValueForm(ActForm):
    field_order = ["rule_id", "value", "effective_from", "citation", "sourced", "note"]

    rule_id = forms.ChoiceField(label="Rule")
    value = forms.DecimalField(max_digits=16, decimal_places=4, min_value=0, help_text="In the rule’s unit.")
    effective_from = forms.DateField(widget=AdminDateWidget, label="From")
    citation = forms.CharField(max_length=200, label="Written in", help_text="E.g. 26 U.S.C. 3406(a)(1).")
    sourced = forms.ChoiceField(label="Source", choices=RuleValue.Sourced.choices)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["rule_id"].choices = [(name, name) for name in known_rules()]  # type: ignore[attr-defined]

    @property
    def changes(self) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in NewRuleValue.FIELDS}


@admin.register(RuleValue)
class RuleValueAdmin(ReadOnlyAdmin):
    change_list_template = "admin/portal/rulevalue/change_list.html"
    list_title = "Rule table"
    list_display = ["rule_id", "says", "effective_from", "citation", "sourced", "decided"]
    search_fields = ["rule_id", "citation"]
    search_help_text = "Rule or citation"
    ordering = ["rule_id", "-effective_from", "-id"]
    fields = ["rule_id", "says", "effective_from", "citation", "sourced", "decided"]

    def title_of(self, obj: RuleValue) -> str:
        return f"{obj.rule_id} from {obj.effective_from}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose)
        return [path("propose/", view, name="portal_rulevalue_propose"), *super().get_urls()]

    def propose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        form = RuleValueForm(posted(request))
        if form.is_valid():
            done = make_proposal(
                request, form, kind="RULE_VALUE", subject=form.cleaned_data["rule_id"], new=form.changes
            )
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", title="Propose another value of a rule",
            back=reverse("admin:portal_rulevalue_changelist"),
            explanation="Somebody else has to approve. What the rule said before that day stays as it was.",
        )  # fmt: skip

    @admin.display(description="says", ordering="value")
    def says(self, row: RuleValue) -> str:
        return row.said

    @admin.display(description="proposal")
    def decided(self, row: RuleValue) -> str:
        return link("portal.proposal", row.proposal_id)


class CountryRuleForm(ActForm):
    field_order = ["country", "standing", "effective_from", "citation", "sourced", "note"]

    country = forms.ChoiceField(choices=choices)
    standing = forms.ChoiceField(choices=CountryRule.Standing.choices)
    effective_from = forms.DateField(widget=AdminDateWidget, label="From")
    citation = forms.CharField(max_length=200, label="Written in", help_text="E.g. 31 CFR 510.")
    sourced = forms.ChoiceField(label="Source", choices=RuleValue.Sourced.choices)

    @property
    def changes(self) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in NewCountryRule.FIELDS}


@admin.register(CountryRule)
class CountryRuleAdmin(ReadOnlyAdmin):
    change_list_template = "admin/portal/countryrule/change_list.html"
    list_title = "Countries"
    list_display = ["name", "standing", "effective_from", "citation", "sourced", "decided"]
    list_filter = ["standing"]
    ordering = ["country", "-effective_from", "-id"]
    fields = ["name", "standing", "effective_from", "citation", "sourced", "decided"]

    def title_of(self, obj: CountryRule) -> str:
        return f"{name_of(obj.country)} from {obj.effective_from}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose)
        return [path("propose/", view, name="portal_countryrule_propose"), *super().get_urls()]

    def propose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        form = CountryRuleForm(posted(request))
        if form.is_valid():
            country = form.cleaned_data["country"]
            done = make_proposal(request, form, kind="COUNTRY_RULE", subject=country, new=form.changes)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", title="Propose how a country stands",
            back=reverse("admin:portal_countryrule_changelist"),
            explanation="Somebody else has to approve. Accounts there are stay as they are.",
        )  # fmt: skip

    @admin.display(description="country", ordering="country")
    def name(self, row: CountryRule) -> str:
        return name_of(row.country)

    @admin.display(description="proposal")
    def decided(self, row: CountryRule) -> str:
        return link("portal.proposal", row.proposal_id)
