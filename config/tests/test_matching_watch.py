from config.supervisor.matching import STILL_FOR_S, Standing, Watch


class Venue:
    """What the database would tell, and a clock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.standings: dict[str, Standing] = {}
        self.watch = Watch(lambda: self.standings, lambda: self.seconds)

    def after(self, seconds: float, **standings: Standing) -> set[str]:
        self.seconds += seconds
        self.standings = {name.replace("_", "."): standing for name, standing in standings.items()}
        return self.watch.stuck()


def test_a_queue_where_nothing_is_applied_is_stuck() -> None:
    venue = Venue()
    assert venue.after(0, matching_0=frozenset({(7, 40)})) == set()
    assert venue.after(STILL_FOR_S, matching_0=frozenset({(7, 40)})) == set()
    assert venue.after(0.1, matching_0=frozenset({(7, 40)})) == {"matching.0"}


def test_a_worker_busy_with_another_listing_is_not_stuck() -> None:
    venue = Venue()
    for applied in range(10):
        waiting = frozenset({(7, 40), (8, applied)})
        assert venue.after(STILL_FOR_S, matching_0=waiting) == set()


def test_a_queue_without_work_is_not_stuck_and_starts_afresh() -> None:
    venue = Venue()
    venue.after(0, matching_0=frozenset({(7, 40)}))
    assert venue.after(STILL_FOR_S + 1) == set()
    assert venue.after(1, matching_0=frozenset({(7, 40)})) == set()


def test_only_the_queue_that_stands_still_is_named() -> None:
    venue = Venue()
    venue.after(0, matching_0=frozenset({(2, 5)}), matching_1=frozenset({(3, 5)}))
    stuck = venue.after(STILL_FOR_S + 1, matching_0=frozenset({(2, 5)}), matching_1=frozenset({(3, 6)}))
    assert stuck == {"matching.0"}
