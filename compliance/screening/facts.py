"""What is known of both beside their names: birth, countries, what kind of being they are. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from compliance.screening.listed import Birth, Entry, EntryKind

if TYPE_CHECKING:
    from compliance.screening.index import Person

A_YEAR = timedelta(days=366)
# A factor on the score, and how much of what is then missing to 1 is added.
SAME_DAY, SAME_YEAR, NEAR_YEAR, OTHER_YEAR = (1.0, 0.5), (1.0, 0.25), (1.0, 0.1), (0.78, 0.0)
SAME_COUNTRY, OTHER_COUNTRY = (1.0, 0.08), (0.97, 0.0)
OTHER_KIND, A_CRAFT = (0.8, 0.0), (0.7, 0.0)

Weight = tuple[float, float, str]


def weigh(person: "Person", entry: Entry) -> Iterator[Weight]:
    if person.is_natural is not None:
        if entry.kind in (EntryKind.VESSEL, EntryKind.AIRCRAFT):
            yield *A_CRAFT, f"it is a listed {entry.kind.lower()}"
        elif person.is_natural != (entry.kind == EntryKind.INDIVIDUAL):
            yield (
                *OTHER_KIND,
                f"the list has it as {'an individual' if person.is_natural is False else 'an entity'}",
            )
    if person.born_on and entry.births:
        yield _born(person.born_on, entry.births)
    if person.countries and entry.countries:
        if shared := [country for country in person.countries if country in entry.countries]:
            yield *SAME_COUNTRY, f"the list names {shared[0]} too"
        else:
            yield (
                *OTHER_COUNTRY,
                f"the list names {', '.join(entry.countries[:3])}, not {person.countries[0]}",
            )


def _born(day: date, births: tuple[Birth, ...]) -> Weight:
    said = " or ".join(birth.text for birth in births[:3])
    if any(birth.first == birth.last == day for birth in births):
        return *SAME_DAY, f"born on {day}, as listed"
    if any(birth.first == birth.last and _slip(day, birth.first) for birth in births):
        return *SAME_YEAR, f"born on {day}; listed: {said}, which may be a slip"
    if any(birth.first <= day <= birth.last for birth in births):
        return *SAME_YEAR, f"born on {day}, within what is listed: {said}"
    if any(birth.first - _leeway(birth) <= day <= birth.last + _leeway(birth) for birth in births):
        return *NEAR_YEAR, f"born on {day}, near what is listed: {said}"
    return *OTHER_YEAR, f"born on {day}, but listed: {said}"


def _leeway(birth: Birth) -> timedelta:
    return A_YEAR * (3 if birth.is_circa else 1)


def _slip(one: date, other: date) -> bool:
    """Day and month exchanged."""
    return (one.year, one.month, one.day) == (other.year, other.day, other.month)
