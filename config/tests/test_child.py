"""How soon a program that ended is started again."""

from config.supervisor.child import FORGIVEN, LONGEST_PAUSE_S, PAUSE_S, pause_after


def test_whoever_is_killed_time_and_again_is_back_at_once_each_time() -> None:
    assert {pause_after(deaths) for deaths in range(FORGIVEN + 1)} == {PAUSE_S}
    assert PAUSE_S < 0.5  # beside the second or two that a worker takes to start


def test_what_cannot_live_is_tried_ever_more_seldom() -> None:
    pauses = [pause_after(deaths) for deaths in range(FORGIVEN, FORGIVEN + 20)]
    assert pauses == sorted(pauses)
    assert pauses[1] == 2 * pauses[0] and pauses[-1] == LONGEST_PAUSE_S
