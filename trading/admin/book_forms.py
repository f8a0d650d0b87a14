"""What the desk asks before something is decided about the books, in the units people think in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget

from portal.admin.base import ActForm
from trading.admin.forms import CHOOSE, ProposalForm
from trading.engine import Side
from trading.models import CASH, Asset, Custodian, Instruction, Listing
from trading.models.listings import plain
from trading.services.entries import ENTRIES, LONGEST_TEXT
from trading.settlement.failures import CANCEL, MEND, RETRY, waivable


class RetryForm(ActForm):
    @property
    def changes(self) -> dict[str, Any]:
        return {"act": RETRY}


class MendForm(ActForm):
    field_order = ["waive", "due_on", "note"]

    due_on = forms.DateField(
        label="Due on", required=False, widget=AdminDateWidget, help_text="Empty: as soon as it is approved."
    )

    def __init__(self, row: Instruction, *args: Any) -> None:
        super().__init__(*args)
        said = waivable(row)
        self.fields["waive"] = forms.MultipleChoiceField(
            label="Without regard to", required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(code, f"{code}: {sentence}") for code, sentence in said.items()],
            help_text="For this settlement only." if said else "It failed for nothing that can be waived.",
        )  # fmt: skip
        self.order_fields(self.field_order)

    @property
    def changes(self) -> dict[str, Any]:
        due_on = self.cleaned_data["due_on"]
        new: dict[str, Any] = {"act": MEND, "waive": self.cleaned_data["waive"]}
        return new | ({"due_on": due_on.isoformat()} if due_on else {})


class CallOffForm(ActForm):
    field_order = ["side", "amount", "note"]

    side = forms.ChoiceField(
        label="Compensate", required=False,
        choices=[("", "Nobody"), (Side.BUY.value, "The buyer"), (Side.SELL.value, "The seller")],
    )  # fmt: skip
    amount = forms.DecimalField(
        label="With", required=False, min_value=Decimal("0.01"), max_digits=16, decimal_places=2,
        help_text="USD, from the venue’s fees.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("side")) != (data.get("amount") is not None):
            self.add_error("amount", "Say both whom to compensate and with how much, or neither.")
        return data

    @property
    def changes(self) -> dict[str, Any]:
        side, amount = self.cleaned_data["side"], self.cleaned_data["amount"]
        paid = {"compensation": {"side": side, "cents": int(amount * 100)}} if side else {}
        return {"act": CANCEL, **paid}


class ReverseForm(ActForm):
    field_order = ["fees_back", "note"]

    fees_back = forms.TypedChoiceField(
        label="Fees", coerce=lambda value: value == "back", empty_value=None,
        choices=[CHOOSE, ("back", "The venue gives them back"), ("stay", "They stay with the venue")],
    )  # fmt: skip

    @property
    def changes(self) -> dict[str, Any]:
        return {"fees_back": self.cleaned_data["fees_back"]}


class ListingSettlementForm(ProposalForm):
    rail = forms.ChoiceField(label="Trades settle", choices=Listing.Rail.choices)
    custodian = forms.ModelChoiceField(
        Custodian.objects.all(), required=False, empty_label="None: on the venue’s books",
        help_text="Has to affirm both sides of each trade, and carries out its settlement. Trades that are "
        "instructed already keep what they have.",
    )  # fmt: skip

    def __init__(self, listing: Listing, *args: Any) -> None:
        super().__init__(*args)
        self.fields["rail"].initial = listing.rail
        self.fields["custodian"].initial = listing.custodian_id

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        custodian = data.get("custodian")
        self.changes = {"rail": data.get("rail"), "custodian": custodian.pk if custodian else None}
        return data


class EntryForm(ActForm):
    field_order = ["entry", "debit", "credit", "asset", "amount", "text", "note"]

    entry = forms.ChoiceField(choices=[CHOOSE, *((kind.value, said) for kind, said in ENTRIES.items())])
    debit = forms.CharField(label="From account", max_length=16, help_text="Its number, e.g. A-000123.")
    credit = forms.CharField(label="To account", max_length=16, help_text="Its number.")
    asset = forms.ModelChoiceField(Asset.objects.order_by("code"), initial=CASH, empty_label=None)
    amount = forms.DecimalField(
        max_digits=24, decimal_places=8, min_value=0, help_text="In dollars, or in tokens."
    )
    text = forms.CharField(max_length=LONGEST_TEXT, help_text="What it books.")

    def clean(self) -> dict[str, Any]:
        """In units of the asset, exactly."""
        data = super().clean() or {}
        asset, amount = data.get("asset"), data.get("amount")
        if asset and amount is not None and amount % asset.unit:
            self.add_error("amount", f"{asset} goes in steps of {plain(asset.unit):f}.")
        return data

    @property
    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        new = {name: data[name] for name in ("entry", "debit", "credit", "text")}
        return new | {"asset": data["asset"].pk, "amount": int(data["amount"] / data["asset"].unit)}


class DividendForm(ActForm):
    field_order = ["listing", "a_token", "note"]

    listing = forms.ModelChoiceField(Listing.objects.order_by("symbol"), empty_label=CHOOSE[1])
    a_token = forms.DecimalField(
        label="For each token", max_digits=20, decimal_places=10, min_value=0, help_text="USD."
    )

    @property
    def changes(self) -> dict[str, Any]:
        listing: Listing = self.cleaned_data["listing"]
        rate = self.cleaned_data["a_token"] * 100 * listing.lot_size
        return {"cents_per_lot": f"{plain(rate):f}"}
