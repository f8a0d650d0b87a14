import pytest

from trading.tests.api.contract import ContractClient
from trading.tests.api.venue import Venue, a_venue, signed_in


@pytest.fixture
def venue(db: None) -> Venue:
    return a_venue()


@pytest.fixture
def owner(venue: Venue) -> ContractClient:
    return signed_in(venue.owner)
