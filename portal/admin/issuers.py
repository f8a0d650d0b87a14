"""Issuers: entered by the venue, and led by administrators of their own, the first of whom it invites."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from portal import audit, invitations
from portal.admin.base import NOTHING, ActForm, DeskAdmin, act_page, link, person, planned_utc, posted
from portal.members import IssuerRole, MemberRefused, deciders
from portal.models import Issuer

MAY = "portal.add_issuer"


class InviteForm(ActForm):
    email = forms.EmailField(label="E-mail address", help_text="The invitation is good for seven days.")
    field_order = ["email", "note"]


@admin.register(Issuer)
class IssuerAdmin(DeskAdmin):
    """Its staff is its administrators' business: the venue invites an administrator where there is none."""

    list_display = ["name", "people"]
    search_fields = ["name"]
    fields = ["name", "description"]

    def get_fields(self, request: HttpRequest, obj: Issuer | None = None) -> Any:
        if obj is None:
            return self.fields
        may_invite = request.user.has_perm(MAY)
        return [*self.fields, "team", "invited", *(["invite_link"] if may_invite else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Issuer | None = None) -> Any:
        return ["team", "invited", "invite_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issuer]:
        return super().get_queryset(request).annotate(people=Count("memberships"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def audit_subject(self, obj: Issuer) -> str:
        return obj.name[:100]

    @admin.display
    def people(self, row: Issuer) -> int:
        return row.people  # type: ignore[attr-defined]

    @admin.display(description="members")
    def team(self, row: Issuer) -> str:
        rows = row.memberships.select_related("user").order_by("pk")
        shown = [(link("portal.user", member.user_id, member.user), member.role.title()) for member in rows]
        return format_html_join("", "<div>{} ({})</div>", shown) or NOTHING

    @admin.display(description="invited")
    def invited(self, row: Issuer) -> str:
        shown = [
            (invitation.email, invitation.role.title(), planned_utc(invitation.expires_at))
            for invitation in invitations.open_invitations(row)
        ]
        return format_html_join("", "<div>{} ({}), until {}</div>", shown) or NOTHING

    @admin.display(description="")
    def invite_link(self, row: Issuer) -> str:
        return format_html(
            '<a class="button" href="{}">Invite an administrator…</a>',
            reverse("admin:portal_issuer_invite", args=[row.pk]),
        )

    def get_urls(self) -> list[URLPattern]:
        invite = self.admin_site.admin_view(self.invite)
        return [path("<int:pk>/invite/", invite, name="portal_issuer_invite"), *super().get_urls()]

    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(MAY):
            raise PermissionDenied
        issuer = get_object_or_404(Issuer, pk=pk)
        page = reverse("admin:portal_issuer_change", args=[pk])
        form = InviteForm(posted(request))
        if form.is_valid() and self._invited(request, form, issuer):
            return HttpResponseRedirect(page)
        there_are = deciders(issuer)
        return act_page(
            request, model_admin=self, form=form, title=f"Invite an administrator of {issuer}",
            submit="Send the invitation", back=page,
            explanation="They decide who else is of its staff. " + (
                f"Its administrators now: {', '.join(str(user) for user in there_are)}."
                if there_are else "It has none so far."
            ),
        )  # fmt: skip

    def _invited(self, request: HttpRequest, form: InviteForm, issuer: Issuer) -> bool:
        email = form.cleaned_data["email"]
        try:
            invitations.invite(house=issuer, email=email, role=IssuerRole.ADMIN, by=person(request))
        except MemberRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
            return False
        audit.record(
            action="ADMINISTRATOR_INVITED", subject=self.audit_subject(issuer), actor=person(request),
            facts={"email": email.lower(), "note": form.cleaned_data["note"]},
        )  # fmt: skip
        messages.success(request, f"Invited: a mail is on its way to {email}.")
        return True
