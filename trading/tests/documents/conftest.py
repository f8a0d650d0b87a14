"""The story is told once for each file: nobody changes it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from portal import clock
from trading.tests.documents.story import Story, told


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    clock.forget()
    with django_db_blocker.unblock(), transaction.atomic():
        yield told()
        transaction.set_rollback(True)
