"""Machine-readable lines (ICAO Doc 9303), with the specimens of its parts 4, 5 and 6."""

from dataclasses import replace
from datetime import date

import pytest

from portal.onboarding import mrz
from portal.onboarding.mrz import Typed

TODAY = date(2011, 6, 1)
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
OLDER_CARD = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
LONG_NUMBER = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
ANNA = Typed(
    first_name="Anna", last_name="Eriksson", born_on=date(1974, 8, 12), citizenship="SE",
    id_kind="PASSPORT", id_country="SE", id_number="L898902C3", id_expires_on=date(2012, 4, 15),
)  # fmt: skip


def td3(names: str, *, issuer: str = "NOR", number: str = "CCC002549") -> str:
    head = f"P<{issuer}{names}".ljust(44, "<")[:44]
    digit = mrz.check_digit
    number = number.ljust(9, "<")
    born, expires = (f"{day}{digit(day)}" for day in ("840229", "300101"))
    line = f"{number}{digit(number)}{issuer}{born}F{expires}{'<' * 14}<"
    return f"{head}\n{line}{digit(line[:10] + line[13:20] + line[21:43])}"


def codes(text: str, typed: Typed = ANNA, *, today: date = TODAY) -> list[str]:
    return [problem.code for problem in mrz.problems(text, typed, today=today)]


def test_the_specimens_are_read() -> None:
    found = mrz.read(PASSPORT)
    assert (found.kind, found.number, found.born, found.expires) == ("P", "L898902C3", "740812", "120415")
    assert (found.last_name, found.first_names, found.issuer) == ("ERIKSSON", "ANNA MARIA", "UTO")
    for card in (CARD, OLDER_CARD):
        found = mrz.read(card)
        assert (found.kind, found.number, found.last_name) == ("I", "D23145890", "ERIKSSON")


def test_a_long_number_of_a_card_goes_on_in_the_optional_data_9303_5_note_j() -> None:
    assert mrz.read(LONG_NUMBER).number == "D23145890734"


def test_lines_that_say_what_was_typed_have_no_problem() -> None:
    assert codes(PASSPORT) == []
    assert codes(PASSPORT.replace("\n", " ").lower()) == []
    assert codes(CARD, replace(ANNA, id_kind="ID_CARD", id_number="D23145890")) == []


@pytest.mark.parametrize("place", [45, 54, 58, 64, 66, 72, 75, 87])
def test_a_slip_in_any_checked_place_is_seen(place: int) -> None:
    char = PASSPORT[place]
    other = {"0": "1", "<": "A"}.get(char, "0")
    assert codes(PASSPORT[:place] + other + PASSPORT[place + 1 :]) == ["MRZ_CHECK_DIGIT"]


@pytest.mark.parametrize(
    "text", ["", "P<UTO", PASSPORT[:-1], PASSPORT + "<", PASSPORT.replace("<", "«"), "é" * 88]
)
def test_what_are_no_lines_of_a_document_is_said_so(text: str) -> None:
    assert codes(text) == ["MRZ_NOT_READABLE"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_number": "L898902C4"}, "MRZ_NUMBER_DIFFERS"),
        ({"born_on": date(1974, 8, 13)}, "MRZ_BORN_DIFFERS"),
        ({"id_expires_on": date(2013, 4, 15)}, "MRZ_EXPIRY_DIFFERS"),
        ({"last_name": "Erikson"}, "MRZ_NAME_DIFFERS"),
        ({"first_name": "Hanna"}, "MRZ_NAME_DIFFERS"), ({"id_kind": "ID_CARD"}, "MRZ_OF_ANOTHER_KIND"),
    ],
)  # fmt: skip
def test_what_differs_from_the_form_is_named(change: dict, code: str) -> None:
    assert codes(PASSPORT, replace(ANNA, **change)) == [code]


def test_the_day_of_expiry_is_the_last_good_one() -> None:
    assert codes(PASSPORT, today=date(2012, 4, 15)) == []
    assert codes(PASSPORT, today=date(2012, 4, 16)) == ["MRZ_EXPIRED"]


OLA = Typed(
    first_name="Ola", last_name="Nordmann", born_on=date(1984, 2, 29), citizenship="NO",
    id_kind="PASSPORT", id_country="NO", id_number="CCC002549", id_expires_on=date(2030, 1, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("names", "first", "last"),
    [
        ("MUELLER<<JOERG", "Jörg", "Müller"), ("MULLER<<JORG", "Jörg", "Müller"),
        ("GROSS<<ASA", "Åsa", "Groß"), ("GROSS<<AASA", "Åsa", "Groß"), ("NUNEZ<<IGNACIO", "Ignacio", "Núñez"),
        ("NUNXXEZ<<IGNACIO", "Ignacio", "Núñez"), ("OCONNOR<<SIOBHAN", "Siobhán", "O’Connor"),
        ("DE<LA<CRUZ<<MARIA<JOSE", "María José", "de la Cruz"),
        ("SMITH<JONES<<ANN<MARIE", "Ann-Marie", "Smith-Jones"),
        ("LUKASZEWICZ<<LUKASZ", "Łukasz", "Łukaszewicz"), ("BJOERN<<THOR", "Þor", "Bjørn"),
        ("EXCEEDINGLYLONGFAMILYNAM<<ALEXANDRINA<VIC", "Alexandrina Victoria", "Exceedinglylongfamilynam"),
    ],
)  # fmt: skip
def test_names_are_compared_as_machines_spell_them_9303_3_6(names: str, first: str, last: str) -> None:
    typed = replace(OLA, first_name=first, last_name=last)
    assert codes(td3(names), typed, today=date(2026, 1, 1)) == []


def test_issuer_and_citizenship_are_compared_where_they_are_states() -> None:
    abroad = replace(OLA, id_country="SE", citizenship="SE")
    lines, today = td3("NORDMANN<<OLA"), date(2026, 1, 1)
    assert codes(lines, abroad, today=today) == ["MRZ_COUNTRY_DIFFERS", "MRZ_CITIZENSHIP_DIFFERS"]
    assert (
        codes(
            td3("NORDMANN<<OLA", issuer="D<<"), replace(OLA, id_country="DE", citizenship="DE"), today=today
        )
        == []
    )
    assert mrz.country_of("XXA") == ""
