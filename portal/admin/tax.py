"""Tax forms, as account holders signed them."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from portal import tax
from portal.admin.base import NOTHING, ReadOnlyAdmin, act_page, link, person, posted, utc
from portal.models import Account, TaxForm


class RecordForm(forms.Form):
    account = forms.CharField(max_length=16, help_text="Its number, e.g. A-000123.")
    kind = forms.ChoiceField(label="Form", choices=[("", "Choose…"), *TaxForm.Kind.choices])
    name = forms.CharField(max_length=200, help_text="As on the tax return.")
    address = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    country = forms.CharField(max_length=2, help_text="Of tax residence: two capital letters, US or another.")
    tin = forms.CharField(label="Taxpayer number", max_length=20, required=False, help_text="W-9: required.")
    treaty_rate = forms.DecimalField(
        max_digits=5, decimal_places=2, required=False, help_text="Percent, where a W-8BEN claims a treaty."
    )
    signed_on = forms.DateField(widget=AdminDateWidget)

    def clean_account(self) -> Account:
        account = Account.objects.filter(number=self.cleaned_data["account"].strip().upper()).first()
        if account is None or account.kind == Account.Kind.CONTRA:
            raise forms.ValidationError("There is no such account.")
        return account


@admin.register(TaxForm)
class TaxFormAdmin(ReadOnlyAdmin):
    change_list_template = "admin/portal/taxform/change_list.html"
    list_display = ["account", "kind", "country", "rate", "signed_on", "expires_on", "recorded"]
    list_select_related = ["account"]
    list_filter = ["kind"]
    search_fields = ["account__number__exact"]
    search_help_text = "Exact account number"
    ordering = ["-id"]
    fields = [
        "account_link", "kind", "name", "address", "country", "number", "rate", "signed_on", "expires_on",
        "recorded", "recorded_by",
    ]  # fmt: skip

    def title_of(self, obj: TaxForm) -> str:
        return f"Form {obj.get_kind_display()} of {obj.account.number}"

    def audit_subject(self, obj: TaxForm) -> str:
        return obj.account.number

    def get_urls(self) -> list[URLPattern]:
        record = self.admin_site.admin_view(self.record)
        return [path("record/", record, name="portal_taxform_record"), *super().get_urls()]

    def record(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_taxform"):
            raise PermissionDenied
        form, back = RecordForm(posted(request)), reverse("admin:portal_taxform_changelist")
        if form.is_valid() and self._record(request, form):
            return HttpResponseRedirect(back)
        return act_page(
            request, model_admin=self, form=form, submit="Record", title="Record a tax form", back=back,
            explanation="As it was signed. The last one signed counts, from the next payment on.",
        )  # fmt: skip

    def _record(self, request: HttpRequest, form: RecordForm) -> bool:
        try:
            made = tax.record_form(**form.cleaned_data, by=person(request))
        except tax.FormRefused as refused:
            form.add_error(None, str(refused))
            return False
        messages.success(request, f"Recorded: {self.title_of(made)}.")
        return True

    @admin.display(description="account")
    def account_link(self, row: TaxForm) -> str:
        return link("portal.account", row.account_id, row.account)

    @admin.display(description="taxpayer number")
    def number(self, row: TaxForm) -> str:
        return tax.masked_tin(row) or NOTHING

    @admin.display(description="treaty rate", ordering="treaty_rate")
    def rate(self, row: TaxForm) -> str:
        return NOTHING if row.treaty_rate is None else f"{row.treaty_rate.normalize():f} %"

    @admin.display
    def recorded(self, row: TaxForm) -> str:
        return utc(row.recorded_at)
