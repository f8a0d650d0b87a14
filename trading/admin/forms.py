"""What the desk asks before something is done to a market, in the units people think in."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime

from portal import clock
from portal.admin.base import ActForm
from trading import words
from trading.models import Calendar, CalendarDay, Execution, FeeSchedule, Listing
from trading.models.listings import plain
from trading.services.calendars import CalendarTerms, day_in_words, line_in_words
from trading.services.fee_schedules import NewFeeSchedule
from trading.services.listings import ListingParameters
from trading.timetable import UNSCHEDULED

CHOOSE = ("", "Choose…")
LONGEST_CALL_SECONDS = 86_400


class MomentField(forms.SplitDateTimeField):
    """A moment that lies ahead, or none."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=f"{label} (UTC)", required=False, widget=AdminSplitDateTime, **options)
        # Django labels the pair of fields, but neither of the two.
        for part, called in zip(self.widget.widgets, ("date", "time"), strict=True):
            part.attrs["aria-label"] = f"{label} (UTC), {called}"

    def clean(self, value: Any) -> Any:
        moment: datetime | None = super().clean(value)
        if moment is not None and moment <= clock.now():
            raise forms.ValidationError("That moment has passed.")
        return moment


class OperateForm(ActForm):
    """Halting and resuming: a reason of ours, and words of one's own."""

    call_seconds = forms.IntegerField(
        label="Reopening call, seconds", required=False, min_value=0, max_value=LONGEST_CALL_SECONDS,
        help_text="How long orders gather before trading goes on. Empty: as each listing has it. 0: none.",
    )  # fmt: skip

    def __init__(self, codes: dict[str, str], *args: Any) -> None:
        super().__init__(*args)
        self.fields["reason_code"] = forms.ChoiceField(label="Reason", choices=[CHOOSE, *codes.items()])
        self.fields["note"].required = False
        self.fields["note"].label = "Note"
        self.fields["note"].help_text = "Shown on the trading page beside the reason."
        self.order_fields(["reason_code", "note"])


class HaltForm(OperateForm):
    resume_at = MomentField("Trading resumes", help_text="Empty: when somebody resumes it.")

    def __init__(self, *args: Any) -> None:
        super().__init__(words.HALT_CODES, *args)
        self.order_fields(["reason_code", "note", "resume_at"])


class ResumeForm(OperateForm):
    def __init__(self, *args: Any) -> None:
        super().__init__(words.RESUME_CODES, *args)


# --- Proposals --------------------------------------------------------------------------------------------


class ProposalForm(ActForm):
    """``changes`` is what shall be new, as the kind of proposal takes it."""

    effective_at = MomentField("Takes effect", help_text="Empty: on approval.")
    changes: dict[str, Any]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.order_fields([*(n for n in self.fields if n not in ("effective_at", "note")), "effective_at"])


class ParametersForm(ProposalForm):
    """In tokens, dollars and percent; ``changes`` gives lots, ticks, cents and basis points, exactly."""

    max_order_qty = forms.DecimalField(max_digits=24, decimal_places=8)
    max_order_cents = forms.DecimalField(max_digits=18, decimal_places=2)
    max_price = forms.DecimalField(max_digits=18, decimal_places=6)
    protection_bps = forms.DecimalField(max_digits=5, decimal_places=2)
    static_band_bps = forms.DecimalField(max_digits=5, decimal_places=2)
    dynamic_band_bps = forms.DecimalField(max_digits=5, decimal_places=2)
    volatility_call_seconds = forms.DecimalField(max_digits=6, decimal_places=0)
    reopening_call_seconds = forms.DecimalField(max_digits=6, decimal_places=0)
    reference_px = forms.DecimalField(max_digits=18, decimal_places=6, required=False)

    def __init__(self, listing: Listing, *args: Any) -> None:
        super().__init__(*args)
        self.listing = listing
        percent, second = (Decimal("0.01"), "percent"), (Decimal(1), "seconds")
        self.units = {
            "max_order_qty": (listing.lot_size, listing.symbol),
            "max_order_cents": (Decimal("0.01"), "USD"),
            "max_price": (listing.tick_size, "USD"),
            "protection_bps": percent,
            "static_band_bps": percent,
            "dynamic_band_bps": percent,
            "volatility_call_seconds": second,
            "reopening_call_seconds": second,
            "reference_px": (listing.tick_size, "USD"),
        }
        for name, (unit, called) in self.units.items():
            self.fields[name].label = ListingParameters.FIELDS[name]
            self.fields[name].help_text = f"{called}, in steps of {plain(unit):f}."
            if name != "reference_px":
                now = plain(getattr(listing, name) * unit)
                self.fields[name].initial = f"{now:f}"
                self.fields[name].help_text += f" Now {now:,f}."
        self.fields["reference_px"].help_text += " Of bands and auctions. Empty: it stays as trading left it."
        for name in ("static_band_bps", "dynamic_band_bps"):
            self.fields[name].help_text += " 0: no band."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.changes = {}
        for name, (unit, _) in self.units.items():
            if data.get(name) is None:
                continue
            units = (data[name] / unit).to_integral_value()
            if data[name] < 0 or (data[name] == 0 and name not in ListingParameters.NOUGHT_ALLOWED):
                self.add_error(name, "This must be above zero.")
            elif units * unit != data[name]:
                self.add_error(name, f"This goes in steps of {plain(unit):f}.")
            elif units != getattr(self.listing, name, None):
                self.changes[name] = int(units)
        return data


class ListingCalendarForm(ProposalForm):
    calendar = forms.ModelChoiceField(
        Calendar.objects.all(), required=False, empty_label="None: continuous trading around the clock",
        help_text="Orders that wait keep the end they were entered with.",
    )  # fmt: skip

    def __init__(self, listing: Listing, *args: Any) -> None:
        super().__init__(*args)
        self.fields["calendar"].queryset = Calendar.objects.filter(time_zone=listing.time_zone)  # type: ignore[attr-defined]
        self.fields["calendar"].initial = listing.calendar_id

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.changes = {"calendar": data["calendar"].name if data.get("calendar") else None}
        return data


LINE = re.compile(
    r"(?P<at>(?:[01][0-9]|2[0-3]):[0-5][0-9])\s+(?P<phase>[A-Za-z -]+?)(?:\s*\+\s*(?P<put_off>[0-9]{1,4}))?"
)
DAY = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\s+(?P<kind>full day|half day|holiday)\b\s*(?P<note>.{0,120})",
    re.IGNORECASE,
)
PHASES = {called.lower(): phase for phase, called in words.PHASES.items() if phase not in UNSCHEDULED}
KINDS = {label.lower(): kind for kind, label in CalendarDay.Kind.choices}


def parse_lines(text: str) -> list[dict[str, Any]]:
    """A day's timetable as people write it, one phase a line."""
    lines = []
    for written in filter(None, map(str.strip, text.splitlines())):
        found = LINE.fullmatch(written)
        phase = PHASES.get(found["phase"].lower()) if found else None
        if found is None or phase is None:
            raise forms.ValidationError(f"“{written}” is not like “09:30 Continuous trading”.")
        line: dict[str, Any] = {"at": found["at"], "phase": phase.value}
        if found["put_off"] and int(found["put_off"]):
            line["random_end"] = int(found["put_off"])
        lines.append(line)
    return lines


def parse_days(text: str) -> list[dict[str, str]]:
    days = []
    for written in filter(None, map(str.strip, text.splitlines())):
        found = DAY.fullmatch(written)
        try:
            day = date.fromisoformat(found["date"]) if found else None
        except ValueError:
            day = None
        if found is None or day is None:
            raise forms.ValidationError(f"“{written}” is not like “2026-12-24 Half day”.")
        days.append({"date": day.isoformat(), "kind": KINDS[found["kind"].lower()], "note": found["note"]})
    return sorted(days, key=lambda day: day["date"])


class CalendarForm(ProposalForm):
    """A calendar in lines of text; of a new one the name and the time zone too."""

    holidays = forms.ChoiceField(choices=Calendar.Holidays.choices, required=False)
    full_day = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="One phase a line, in local time: 09:30 Continuous trading. “+30” behind it: the call "
        "before ends up to 30 seconds later, at random. The last one is Closed. Phases: "
        + ", ".join(words.PHASES[phase] for phase in PHASES.values())
        + ".",
    )
    half_day = forms.CharField(widget=forms.Textarea(attrs={"rows": 7}), help_text="Likewise.")
    days = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), required=False,
        help_text="One a line, where they differ from the holidays: 2026-12-24 Half day, and a note.",
    )  # fmt: skip

    def __init__(self, calendar: Calendar | None, *args: Any) -> None:
        super().__init__(*args)
        self.terms = calendar.terms() if calendar else {}
        for name, called in CalendarTerms.FIELDS.items():
            if name in self.fields:
                self.fields[name].label = called
        if calendar is None:
            self.fields["name"] = forms.CharField(max_length=60)
            self.fields["time_zone"] = forms.CharField(max_length=40, initial="America/New_York")
            self.order_fields(["name", "time_zone"])
        else:
            self.fields["holidays"].initial = calendar.holidays
            for name in ("full_day", "half_day"):
                self.fields[name].initial = "\n".join(map(line_in_words, self.terms[name]))
            self.fields["days"].initial = "\n".join(map(day_in_words, self.terms["days"]))

    def clean_full_day(self) -> list[dict[str, Any]]:
        return parse_lines(self.cleaned_data["full_day"])

    def clean_half_day(self) -> list[dict[str, Any]]:
        return parse_lines(self.cleaned_data["half_day"])

    def clean_days(self) -> list[dict[str, str]]:
        return parse_days(self.cleaned_data["days"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted = {name: data[name] for name in CalendarTerms.FIELDS if name in data}
        self.changes = {name: value for name, value in wanted.items() if self.terms.get(name) != value}
        return data


class FeesForm(ActForm):
    """Rates in percent, amounts in dollars."""

    listing = forms.ModelChoiceField(
        Listing.objects.order_by("symbol"), required=False, empty_label="Every listing"
    )
    subscriber_class = forms.ChoiceField(
        choices=[("", "Everybody"), *FeeSchedule.SubscriberClass.choices], required=False
    )
    effective_date = forms.DateField(
        widget=AdminDateWidget, help_text="Today or later, where the listing is."
    )
    maker_rate = forms.DecimalField(max_digits=7, decimal_places=4, min_value=0)
    taker_rate = forms.DecimalField(max_digits=7, decimal_places=4, min_value=0)
    auction_rate = forms.DecimalField(max_digits=7, decimal_places=4, min_value=0)
    flat_cents = forms.DecimalField(max_digits=10, decimal_places=2, min_value=0, initial=0)
    minimum_cents = forms.DecimalField(max_digits=10, decimal_places=2, min_value=0, initial=0)
    changes: dict[str, Any]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for name, called in NewFeeSchedule.FIELDS.items():
            self.fields[name].label = called
            if name in NewFeeSchedule.RATES:
                self.fields[name].help_text = "Percent of the value traded."
            elif name.endswith("_cents"):
                self.fields[name].help_text = "USD"
        self.order_fields([*(name for name in self.fields if name != "note"), "note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.changes = {"subscriber_class": data.get("subscriber_class", "")}
        if data.get("effective_date"):
            self.changes["effective_date"] = data["effective_date"].isoformat()
        for name in NewFeeSchedule.FIELDS:
            if name.endswith(("_rate", "_cents")) and data.get(name) is not None:
                self.changes[name] = int(data[name] * (10_000 if name in NewFeeSchedule.RATES else 100))
        return data


class BustForm(ActForm):
    field_order = ["reason_code", "note"]

    reason_code = forms.ChoiceField(label="Because", choices=[CHOOSE, *words.BUST_CODES.items()])
    changes: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.changes = {"reason_code": data.get("reason_code")}
        return data


class CorrectForm(BustForm):
    """``changes`` in ticks and lots, exactly."""

    field_order = ["price", "qty", "reason_code", "note"]

    price = forms.DecimalField(max_digits=18, decimal_places=6)
    qty = forms.DecimalField(label="Quantity", max_digits=24, decimal_places=8)

    def __init__(self, execution: Execution, *args: Any) -> None:
        super().__init__(*args)
        listing = execution.listing
        self.units = {"price": (listing.tick_size, "USD"), "qty": (listing.lot_size, listing.symbol)}
        traded = {"price": execution.last_px, "qty": execution.last_qty}
        for name, (unit, called) in self.units.items():
            self.fields[name].initial = f"{plain(traded[name] * unit):f}"
            self.fields[name].help_text = f"{called}, in steps of {plain(unit):f}."

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name, (unit, _) in self.units.items():
            if data.get(name) is None:
                continue
            units = (data[name] / unit).to_integral_value()
            if units * unit != data[name]:
                self.add_error(name, f"This goes in steps of {plain(unit):f}.")
            self.changes[name] = int(units)
        return data
