"""Fee schedules: looked at, and added to by proposals (FEES-001)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from portal.admin.base import ReadOnlyAdmin, act_page, link, make_proposal, posted, utc
from trading import words
from trading.admin import shown
from trading.admin.forms import FeesForm
from trading.models import FeeSchedule
from trading.services.fee_schedules import VENUE


@admin.register(FeeSchedule)
class FeeScheduleAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/feeschedule/change_list.html"
    list_display = ["effective_date", "listing_", "whom", "maker", "taker", "auction", "flat", "minimum"]
    list_select_related = ["listing", "proposal"]
    list_filter = ["listing", shown.choices("subscriber_class", "class of subscriber")]
    ordering = ["-effective_date", "-id"]
    fields = [
        "effective_date", "listing_", "whom", "maker", "taker", "auction", "flat", "minimum", "decided",
        "added",
    ]  # fmt: skip

    def title_of(self, obj: FeeSchedule) -> str:
        return f"Fees from {obj.effective_date} for {self.listing_(obj)}, {self.whom(obj).lower()}"

    def get_urls(self) -> list[URLPattern]:
        propose = self.admin_site.admin_view(self.propose)
        return [path("propose/", propose, name="trading_feeschedule_propose"), *super().get_urls()]

    def propose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        form = FeesForm(posted(request))
        if form.is_valid():
            listing = form.cleaned_data["listing"]
            subject = listing.symbol if listing else VENUE
            done = make_proposal(request, form, kind="FEE_SCHEDULE", subject=subject, new=form.changes)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", title="Propose new fees",
            back=reverse("admin:trading_feeschedule_changelist"),
            explanation="Somebody else has to approve. Orders pay by what was in force when they came.",
        )  # fmt: skip

    @admin.display(description="listing", ordering="listing")
    def listing_(self, row: FeeSchedule) -> str:
        return row.listing.symbol if row.listing else "every listing"

    @admin.display(description="for")
    def whom(self, row: FeeSchedule) -> str:
        return row.get_subscriber_class_display() if row.subscriber_class else "Everybody"

    @admin.display(ordering="maker_rate")
    def maker(self, row: FeeSchedule) -> str:
        return words.rate(row.maker_rate)

    @admin.display(ordering="taker_rate")
    def taker(self, row: FeeSchedule) -> str:
        return words.rate(row.taker_rate)

    @admin.display(description="in auctions", ordering="auction_rate")
    def auction(self, row: FeeSchedule) -> str:
        return words.rate(row.auction_rate)

    @admin.display(description="for every order that trades")
    def flat(self, row: FeeSchedule) -> str:
        return words.cash(row.flat_cents)

    @admin.display(description="at least")
    def minimum(self, row: FeeSchedule) -> str:
        return words.cash(row.minimum_cents)

    @admin.display(description="proposal")
    def decided(self, row: FeeSchedule) -> str:
        return link("portal.proposal", row.proposal_id)

    @admin.display
    def added(self, row: FeeSchedule) -> str:
        return utc(row.created_at)
