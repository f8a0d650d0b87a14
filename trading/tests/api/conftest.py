from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # pytest reads this before Django is set up
    from trading.tests.api.contract import ContractClient
    from trading.tests.api.venue import Venue


@pytest.fixture
def venue(db: None) -> "Venue":
    from trading.tests.api.venue import a_venue

    return a_venue()


@pytest.fixture
def owner(venue: "Venue") -> "ContractClient":
    from trading.tests.api.venue import signed_in

    return signed_in(venue.owner)
