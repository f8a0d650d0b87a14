"""How commands, events and decisions are shown to people, and how big tables are searched."""

from collections.abc import Mapping
from typing import Any, get_args

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from portal import clock
from portal.admin.base import NOTHING, ReadOnlyAdmin, facts, link, utc
from portal.models import Account
from trading import engine, words
from trading.models import Listing

FIELDS = {cls.__name__: cls._fields for cls in (*get_args(engine.Command), *get_args(engine.Event))}
PRICES = {"price", "protection_px", "stop_px", "trail", "reference_px", "max_price"}
QUANTITIES = {
    "order_qty", "qty", "leaves_qty", "canceled_qty", "expired_qty", "max_order_qty", "maker_leaves_qty",
    "taker_leaves_qty", "display_qty", "min_qty", "volume", "surplus_qty",
}  # fmt: skip
BANDS = {"static_band_bps", "dynamic_band_bps"}
MOMENTS = {"expire_at", "until", "resume_at", "first_at", "last_at"}
SPANS = {"call_us", "volatility_call_us"}
CALLED = {
    "stop_px": "stop price",
    "protection_px": "worst price",
    "reference_px": "reference price",
    "static_band_bps": "static band",
    "dynamic_band_bps": "dynamic band",
    "call_us": "reopening call",
    "volatility_call_us": "volatility call",
    "entries": "phases",
}
GIST = (
    "side", "ord_type", "canceled_qty", "expired_qty", "order_qty", "qty", "volume", "price", "time_in_force",
    "phase", "until", "reason_code", "reason", "note", "resume_at",
)  # fmt: skip
BEFORE = {"price": "at ", "until": "until ", "resume_at": "until "}
LINKS = {
    "order_id": "trading.order",
    "account_id": "portal.account",
    "fee_schedule_id": "trading.feeschedule",
}


def field(listing: Listing, name: str, value: Any) -> Any:
    """One field of a command or event, with its unit or as a link."""
    if value is None:
        return NOTHING
    if name in PRICES:
        return words.price(listing, value)
    if name in QUANTITIES:
        return words.quantity(listing, value)
    if name in MOMENTS:
        return utc(clock.moment(value)) if isinstance(value, int) else value
    if name in BANDS:
        return words.band(value)
    if name in SPANS:
        return words.duration(value // 1_000_000)
    if name in ("phase", "call"):
        return words.PHASES[engine.Phase(value)]
    if name == "entries":
        return [f"{utc(clock.moment(at))} {words.PHASES[engine.Phase(phase)]}" for at, phase, _ in value]
    if name == "conditions":
        return {CALLED.get(inner, inner): field(listing, inner, said) for inner, said in value.items()}
    for ending, model in LINKS.items():
        if name.endswith(ending):
            return link(model, value)
    return value


def payload(listing: Listing, message: Mapping[str, Any], *, kind: str = "") -> str:
    """The fields of a command, an event or a request; in the engine's order, where it has one."""
    names = FIELDS.get(kind) or message
    said = {name: field(listing, name, message[name]) for name in names if name in message}
    return facts({CALLED.get(name, name): value for name, value in said.items()})


def gist(listing: Listing, message: Mapping[str, Any]) -> str:
    """A command or an event in one line, after its kind."""
    said = []
    for name in GIST:
        if message.get(name):
            said.append(f"{BEFORE.get(name, '')}{field(listing, name, message[name])}")
    return " ".join(said)


def decision(said: Mapping[str, Any] | None, known: Mapping[str, Any] | None) -> str:
    """What the gates said, by which rules, and what they knew."""
    if said is None:
        return NOTHING
    shown = {
        "decision": "allowed" if said.get("allowed") else "refused",
        "reasons": [
            {name: value for name, value in reason.items() if value not in (None, "", {})}
            for reason in said.get("reasons", [])
        ],
        "rules": said.get("rules", {}),
        "facts known": dict(known) if known is not None else {},
    }
    return facts({name: value for name, value in shown.items() if value})


def command_at(listing_id: int, seq: int | None) -> str:
    """A link to a command by its place in the journal."""
    return _at("command", listing_id, seq)


def event_at(listing_id: int, seq: int | None) -> str:
    return _at("event", listing_id, seq)


def _at(model: str, listing_id: int, seq: int | None) -> str:
    if seq is None:
        return NOTHING
    url = reverse(f"admin:trading_{model}_at", args=[listing_id, seq])
    return format_html('<a href="{}">{}</a>', url, seq)


class PhaseFilter(admin.SimpleListFilter):
    """By phase, in people's words."""

    title = "phase"
    parameter_name = "phase"
    column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(phase.value, called) for phase, called in words.PHASES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


def choices(column: str, title: str) -> tuple[str, type[admin.FieldListFilter]]:
    """A filter by a column's choices, under a title for people."""

    class Titled(admin.ChoicesFieldListFilter):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return column, Titled


class SearchedAdmin(ReadOnlyAdmin):
    """Searches big tables by their indexes: a word is a symbol, an account's number, or one of ``numbers``
    (whole numbers) or ``texts`` (as they are written), tried in that order."""

    numbers: tuple[str, ...] = ("id",)
    texts: tuple[str, ...] = ()
    of_account: tuple[str, ...] = ("account",)
    of_listing: tuple[str, ...] = ("listing",)
    search_fields = ["id"]  # only makes the box appear

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        for word in search_term.split()[:5]:
            queryset = queryset.filter(self._matches(word))
        return queryset, False

    def _matches(self, word: str) -> Q:
        if self.of_account and (account := Account.objects.filter(number=word.upper()).first()):
            return _any(dict.fromkeys(self.of_account, account.pk))
        if self.of_listing and (listing := Listing.objects.filter(symbol=word.upper()).first()):
            return _any(dict.fromkeys(self.of_listing, listing.pk))
        if word.isascii() and word.isdigit() and len(word) < 19:
            return _any({name: int(word) for name in self.numbers})
        return _any(dict.fromkeys(self.texts, word))


def _any(conditions: Mapping[str, Any]) -> Q:
    found = Q(pk__in=[])
    for name, value in conditions.items():
        found |= Q(**{name: value})
    return found
