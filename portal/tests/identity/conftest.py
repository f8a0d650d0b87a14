from collections.abc import Iterator

import pytest
from pytest_django import Settings

from portal.identity.cases import CHECK
from portal.tests.identity.vendor import KEY, Vendor, a_vendor


@pytest.fixture
def embedded(settings: Settings) -> None:
    settings.ONBOARDING_CHECKS, settings.IDENTITY_PROVIDER = [CHECK], "embedded"


@pytest.fixture
def vendor(settings: Settings) -> Iterator[Vendor]:
    """A second provider, which nothing but the settings knows of."""
    with a_vendor() as vendor:
        options = {"url": vendor.url, "key": KEY, "patience_s": 0.5}
        settings.ONBOARDING_CHECKS, settings.IDENTITY_PROVIDER = [CHECK], "acme"
        settings.IDENTITY_PROVIDERS = {"acme": {"class": "portal.identity.remote.Remote", "options": options}}
        yield vendor
