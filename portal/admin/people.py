"""People, their roles, and issuers."""

from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as factors_admin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from portal.admin.base import NOTHING, DeskAdmin, ReadOnlyAdmin, link
from portal.models import User
from portal.sign_in import is_of_demo

# These register themselves; here a person is one page, and roles come from ``portal.roles``.
assert allauth_admin and auth_admin and factors_admin and sessions_admin
for _model in (EmailAddress, Authenticator, UserSession, Group):
    admin.site.unregister(_model)


class NewPersonForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]
        field_classes: dict[str, type[forms.Field]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(DeskAdmin, auth_admin.UserAdmin):
    """Who is staff, and in which roles. The password's hash is nobody's business."""

    list_display = ["email", "get_full_name", "is_active", "is_staff", "roles", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("Accounts", {"fields": ["accounts_of"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "password1", "password2"]})]
    readonly_fields = ["accounts_of", "last_login", "date_joined"]
    add_form = NewPersonForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """By their address the people of a demo are known, and kept out where there is none."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "email"] if obj and is_of_demo(obj) else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what people did names them; who leaves is made inactive

    def audit_subject(self, obj: User) -> str:
        return obj.email[:100]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display
    def roles(self, row: User) -> str:
        return ", ".join(group.name for group in row.groups.all()) or NOTHING

    @admin.display(description="accounts")
    def accounts_of(self, row: User) -> str:
        return links("portal.account", row.accounts.all())


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """Shown only: what a role may do is written in ``portal.roles``."""

    list_display = ["name", "people"]
    fields = ["name", "members", "may"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(people=Count("user"))

    @admin.display
    def people(self, row: Group) -> int:
        return row.people  # type: ignore[attr-defined]

    @admin.display
    def members(self, row: Group) -> str:
        return links("portal.user", row.user_set.order_by("email"))

    @admin.display(description="may")
    def may(self, row: Group) -> str:
        names = row.permissions.order_by("content_type__app_label", "name").values_list("name")
        return format_html_join("", "<div>{}</div>", names)


def links(model: str, rows: QuerySet[Any]) -> str:
    shown: list[tuple[Model]] = [(link(model, row.pk, row),) for row in rows]  # type: ignore[misc]
    return format_html_join("", "<div>{}</div>", shown) or NOTHING
