"""What OFAC's files say, read."""

from datetime import date

import pytest

from compliance.screening import ofac
from compliance.screening.listed import Birth, EntryKind, ListKind, NameKind, Number
from compliance.tests.screening.invented import ENTRIES, NAMES, OFAC, parsed, person, with_ofac_files


def test_an_individual_has_names_births_numbers_countries_and_addresses() -> None:
    entry = parsed(*ENTRIES, names=NAMES)[0]
    assert (entry.uid, entry.kind, entry.programs) == (101, EntryKind.INDIVIDUAL, ("SDGT",))
    assert [(name.text, name.kind) for name in entry.names] == [
        ("TORVALDEN MARKOS, Joaquin", NameKind.PRIMARY),
        ("TORVALDEN, Chapo", NameKind.AKA),
        ("EL RELOJERO", NameKind.WEAK),
    ]
    assert entry.births == (
        Birth("28 Jul 1963", date(1963, 7, 28), date(1963, 7, 28)),
        Birth("1964", date(1964, 1, 1), date(1964, 12, 31)),
    )
    assert entry.numbers == (
        Number("Passport", "P0017003", "Belize"),
        Number("SSN", "561-77-9011", "United States"),
    )
    assert entry.countries == ("BZ",)
    assert [place.city for place in entry.addresses] == ["Corozal"]


def test_what_is_no_person_is_an_entity_a_vessel_or_an_aircraft() -> None:
    kinds = {entry.uid: entry.kind for entry in parsed(*ENTRIES)}
    assert [kinds[uid] for uid in (201, 301, 401)] == [
        EntryKind.ENTITY, EntryKind.VESSEL, EntryKind.AIRCRAFT
    ]  # fmt: skip


def test_a_vessel_is_known_by_its_registration_call_sign_and_flag() -> None:
    [vessel] = [entry for entry in parsed(*ENTRIES) if entry.uid == 301]
    assert {number.value for number in vessel.numbers} == {"9339301", "A8LU7"}
    assert vessel.countries == ("GA",)


def test_programs_stand_side_by_side_in_brackets() -> None:
    assert parsed(*ENTRIES)[5].programs == ("SDNTK", "IRAN")


@pytest.mark.parametrize(
    ("said", "first", "last", "circa"),
    [
        ("DOB 28 Jul 1963", date(1963, 7, 28), date(1963, 7, 28), False),
        ("DOB Feb 1964", date(1964, 2, 1), date(1964, 2, 29), False),
        ("alt. DOB 1951", date(1951, 1, 1), date(1951, 12, 31), False),
        ("DOB circa 1951", date(1951, 1, 1), date(1951, 12, 31), True),
        ("DOB circa 1951-1953", date(1951, 1, 1), date(1953, 12, 31), True),
        ("DOB 01 Jan 1961 to 31 Dec 1962", date(1961, 1, 1), date(1962, 12, 31), False),
    ],
)
def test_births_are_days_or_spans(said: str, first: date, last: date, circa: bool) -> None:
    [birth] = parsed(person(1, "A, B", f"POB Tehran, Iran; {said}."))[0].births
    assert (birth.first, birth.last, birth.is_circa) == (first, last, circa)


@pytest.mark.parametrize("said", ["DOB 31 Feb 1960", "DOB unknown", "DOB 12 Foo 1960"])
def test_a_birth_that_is_no_date_is_left_out(said: str) -> None:
    assert parsed(person(1, "A, B", f"{said}."))[0].births == ()


def test_remarks_that_did_not_fit_go_on_in_the_comments() -> None:
    [entry] = parsed(person(1, "A, B", "Passport A12"), comments=('1,"34567 (Iran); DOB 1960."',))
    assert entry.numbers == (Number("Passport", "A1234567", "Iran"),)
    assert entry.births[0].text == "1960"


def test_rows_of_another_shape_are_refused_whole() -> None:
    with pytest.raises(ofac.BadFile, match="3 columns"):
        ofac.entries(ListKind.SDN, {"sdn.csv": b'1,"A, B",individual'})


def test_an_entry_said_twice_is_refused() -> None:
    with pytest.raises(ofac.BadFile, match="twice"):
        parsed(person(1, "A, B"), person(1, "C, D"))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ofac.BadFile, match="no entries"):
        ofac.entries(ListKind.SDN, {"sdn.csv": b"\x1a"})


@with_ofac_files
def test_ofacs_own_small_cut_is_read() -> None:
    content = {path.name: path.read_bytes() for path in (OFAC / "small").glob("*.csv")}
    entries = {entry.uid: entry for entry in ofac.entries(ListKind.SDN, content)}
    assert len(entries) == 17
    assert [name.kind for name in entries[48603].names].count(NameKind.WEAK) == 1
    assert entries[48603].births[0].first == date(1993, 4, 17)
    assert {number.value for number in entries[33151].numbers} >= {"07486049", "5299007NTWCC3U23WM81"}
