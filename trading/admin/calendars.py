"""Calendars: what they say, as timetables people can read, and proposals to change them."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from portal import clock
from portal.admin.base import ReadOnlyAdmin, act_page, listing_of, make_proposal, posted
from trading import sessions, words
from trading.admin.forms import CalendarForm
from trading.models import Calendar
from trading.timetable import DayKind, DayPhase, Timetable, parse_day

DAYS_SHOWN = 21
KINDS = {DayKind.FULL_DAY: "Full day", DayKind.HALF_DAY: "Half day", DayKind.HOLIDAY: "No trading"}


@admin.register(Calendar)
class CalendarAdmin(ReadOnlyAdmin):
    change_form_template = "admin/trading/calendar/change_form.html"
    change_list_template = "admin/trading/calendar/change_list.html"
    list_display = ["name", "time_zone", "follows", "used_by"]
    search_fields = ["name"]
    fields = ["name", "time_zone", "follows", "full", "half", "own_days", "used_by"]

    def audit_subject(self, obj: Calendar) -> str:
        return obj.name

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        return super().get_queryset(request).annotate(used=Count("listings"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose)
        return [
            path("propose/", view, name="trading_calendar_propose_new"),
            path("<int:pk>/propose/", view, name="trading_calendar_propose"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: Calendar) -> dict[str, Any]:
        tools = [("Listings", listing_of("trading.listing", calendar__id__exact=obj.pk))]
        if request.user.has_perm("portal.add_proposal"):
            propose = reverse("admin:trading_calendar_propose", args=[obj.pk])
            tools.insert(0, ("Propose a change", propose))
        timetable = sessions.timetable_of(obj)
        today = timetable.exchange_date(clock.now())
        notes = dict(obj.days.values_list("date", "note"))
        days = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
        return {"tools": tools, "days": [_day(timetable, day, notes.get(day, "")) for day in days]}

    def propose(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """A change of a calendar, or a new one."""
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        calendar = None if pk is None else get_object_or_404(Calendar, pk=pk)
        form = CalendarForm(calendar, posted(request))
        if form.is_valid():
            done = make_proposal(
                request, form, kind="CALENDAR", new=form.changes,
                subject=calendar.name if calendar else form.cleaned_data["name"],
                effective_at=form.cleaned_data["effective_at"],
            )  # fmt: skip
            if done:
                return done
        back = reverse("admin:trading_calendar_changelist")
        return act_page(
            request, model_admin=self, form=form, back=back, submit="Propose",
            title=f"Propose a change of {calendar.name}" if calendar else "Propose a new calendar",
            explanation="Somebody else has to approve. The schedules of its listings follow at once.",
        )  # fmt: skip

    @admin.display(description="holidays")
    def follows(self, row: Calendar) -> str:
        return row.get_holidays_display()

    @admin.display(description="full day")
    def full(self, row: Calendar) -> str:
        return _lines(parse_day(row.full_day))

    @admin.display(description="half day")
    def half(self, row: Calendar) -> str:
        return _lines(parse_day(row.half_day))

    @admin.display(description="days of its own")
    def own_days(self, row: Calendar) -> str:
        days = ((day.date.isoformat(), day.get_kind_display(), day.note) for day in row.days.order_by("date"))
        return format_html_join("", "<div>{} {} {}</div>", days) or "none"

    @admin.display(description="listings")
    def used_by(self, row: Any) -> str:
        address = listing_of("trading.listing", calendar__id__exact=row.pk)
        return format_html('<a href="{}">{}</a>', address, row.used)


def _lines(day: tuple[DayPhase, ...]) -> str:
    return format_html_join(
        "", "<div>{} {}{}</div>",
        (
            (
                f"{line.at:%H:%M}",
                words.PHASES[line.phase],
                f", up to {line.random_end} s later" if line.random_end else "",
            )
            for line in day
        ),
    )  # fmt: skip


def _day(timetable: Timetable, day: date, note: str) -> tuple[str, str, str]:
    """A date, what kind of day it is, and its phases in local time."""
    lines = {DayKind.FULL_DAY: timetable.full_day, DayKind.HALF_DAY: timetable.half_day}
    kind = timetable.kind(day)
    phases = ", ".join(f"{line.at:%H:%M} {words.PHASES[line.phase].lower()}" for line in lines.get(kind, ()))
    return f"{day:%a} {day.isoformat()}", f"{KINDS[kind]}{f': {note}' if note else ''}", phases
