"""What people were denied."""

from django.contrib import admin

from portal.admin.base import ReadOnlyAdmin, clock_time
from portal.models import Denial


@admin.register(Denial)
class DenialAdmin(ReadOnlyAdmin):
    """Each place once a minute, however often somebody asked."""

    list_display = ["time", "user", "place", "code", "key"]
    list_display_links = ["time"]
    list_select_related = ["user"]
    search_fields = ["user__email", "place", "path", "key"]
    date_hierarchy = "at"
    ordering = ["-id"]
    fields = ["time", "user", "place", "path", "code", "key"]

    def title_of(self, obj: Denial) -> str:
        return f"Denied to {obj.user}"

    @admin.display(description="time (UTC)")
    def time(self, row: Denial) -> str:
        return clock_time(row.at)
