"""Customers' and own money on one page: what is owed and what the bank holds, and net capital."""

import csv
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from portal import clock
from portal.admin.base import ReadOnlyAdmin, act_page, clock_time, person, posted, utc
from trading import words
from trading.cash import CashRefused
from trading.cash.net_capital import DEFICIENT, FIGURES, WARNING, net_capital, record_figures
from trading.cash.safeguarding import safeguarding
from trading.models import CapitalFigures

MAY_RECORD = "trading.add_capitalfigures"
LISTED = ("own_cash", "other_assets", "liabilities")
LOOKS = {DEFICIENT: "faulted", WARNING: "halted"}


def _column(name: str) -> Callable[[CapitalFigures], str]:
    @admin.display(description=FIGURES[name].lower(), ordering=name)
    def column(row: CapitalFigures) -> str:
        return words.cash(getattr(row, name))

    column.__name__ = f"{name}_in_dollars"
    return column


class FiguresForm(forms.Form):
    """In dollars."""

    as_of = forms.DateField(label="As of", widget=AdminDateWidget)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for name, called in FIGURES.items():
            self.fields[name] = forms.DecimalField(
                label=called, max_digits=15, decimal_places=2, min_value=0,
                help_text=f"USD. {CapitalFigures._meta.get_field(name).help_text}",  # type: ignore[union-attr]
            )  # fmt: skip


@admin.register(CapitalFigures)
class CapitalFiguresAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/capitalfigures/change_list.html"
    list_title = "Customers’ and own money"
    list_display = ["as_of", *map(_column, LISTED), "recorded_", "recorded_by"]
    list_select_related = ["recorded_by"]
    date_hierarchy = "as_of"
    ordering = ["-as_of", "-id"]
    # What Django shows may be callables here too.
    fields = ["as_of", *map(_column, FIGURES), "recorded", "recorded_by"]  # type: ignore[list-item]

    def title_of(self, obj: CapitalFigures) -> str:
        return f"The venue’s own figures of {obj}"

    def audit_subject(self, obj: CapitalFigures) -> str:
        return f"net capital {obj.as_of}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("record/", view(self.record), name="trading_capitalfigures_record"),
            path("export/", view(self.export), name="trading_capitalfigures_export"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        apart, capital = safeguarding(), net_capital()
        context = {
            "apart": apart,
            "apart_lines": [(called, words.cash(cents)) for called, cents in apart.lines()],
            "apart_look": "trading" if apart.excess >= 0 else "faulted",
            "capital": capital,
            "capital_lines": [(called, words.cash(cents)) for called, cents in capital.lines()]
            if capital
            else [],
            "capital_look": LOOKS.get(capital.verdict, "trading") if capital else "",
            "may_record": request.user.has_perm(MAY_RECORD),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def record(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_RECORD):
            raise PermissionDenied
        form = FiguresForm(posted(request))
        if form.is_valid():
            cents = {name: int(form.cleaned_data[name] * 100) for name in FIGURES}
            try:
                record_figures(as_of=form.cleaned_data["as_of"], by=person(request), **cents)
            except CashRefused as refused:
                form.add_error(refused.field, str(refused))
            else:
                messages.success(request, "Recorded.")
                return HttpResponseRedirect(reverse("admin:trading_capitalfigures_changelist"))
        return act_page(
            request, model_admin=self, form=form, submit="Record", title="Record the venue’s own figures",
            explanation="From its balance sheet. What was wrong is recorded anew; the last one counts.",
            back=reverse("admin:trading_capitalfigures_changelist"),
        )  # fmt: skip

    def export(self, request: HttpRequest) -> HttpResponse:
        """Both tables, in dollars, as they stand now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, apart, capital = clock.now(), safeguarding(), net_capital()
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="money-{now:%Y%m%d}.csv"'
        writer = csv.writer(response)
        writer.writerow(["computation", "as_of", "figure", "usd"])
        tables = [("customers' money", apart.as_of or now.date(), apart.lines())]
        if capital:
            tables.append(("net capital", capital.figures.as_of, capital.lines()))
        for computation, as_of, lines in tables:
            for called, cents in lines:
                writer.writerow([computation, as_of, called, f"{Decimal(cents) / 100:.2f}"])
        return response

    @admin.display(description="recorded (UTC)", ordering="id")
    def recorded_(self, row: CapitalFigures) -> str:
        return clock_time(row.recorded_at)

    @admin.display
    def recorded(self, row: CapitalFigures) -> str:
        return utc(row.recorded_at)
