"""People at the operators' desk."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import models
from django.test import Client
from django.urls import reverse

from portal.models import User
from portal.tests.factories import a_user

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
else:
    Response = Any


class Desk(Client):
    """A signed-in browser, and the person before it."""

    def __init__(self, person: User) -> None:
        super().__init__()
        self.person = person
        self.force_login(person)

    def act(self, address: str, **data: Any) -> Response:
        return self.post(address, data)


def at_the_desk(*roles: str, **fields: Any) -> Desk:
    person = a_user(password=None, is_staff=True, **fields)
    person.groups.set([Group.objects.get(name=role) for role in roles])
    return Desk(person)


def a_superuser() -> Desk:
    return at_the_desk(is_superuser=True)


def desk_models() -> list[type[models.Model]]:
    """Every model the desk shows."""
    return list(admin.site._registry)


def permission_to_view(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def list_of(model: type[models.Model]) -> str:
    return _page(model, "changelist")


def page_of(row: models.Model) -> str:
    return _page(type(row), "change", row.pk)


def _page(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def told(response: Response) -> list[str]:
    """What the next page will tell whoever just acted."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def text(response: Response) -> str:
    return response.content.decode()
