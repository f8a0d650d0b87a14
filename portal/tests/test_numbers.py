"""Forms of taxpayers' and documents' numbers, and of addresses."""

import pytest

from portal.onboarding import addresses, numbers


@pytest.mark.parametrize(
    ("kind", "country", "number"),
    [
        ("SSN", "US", "536-90-4399"), ("SSN", "US", "536904399"), ("SSN", "US", " 536-90-4399 "),
        ("ITIN", "US", "912-90-3456"), ("EIN", "US", "91-1144442"), ("EIN", "US", "911144442"),
        ("ATIN", "US", "914-93-1234"),
        ("FOREIGN", "GB", "1955839661"), ("FOREIGN", "GB", "AB 12 34 56 C"),
        ("FOREIGN", "DE", "36 574 261 809"), ("FOREIGN", "IT", "RCCMNL83S18D969H"),
        ("FOREIGN", "FR", "30 23 217 600 053"), ("FOREIGN", "BR", "390.533.447-05"),
        ("FOREIGN", "CA", "123-456-782"), ("FOREIGN", "AE", "784-1984-1234567-1"),
    ],
)  # fmt: skip
def test_a_taxpayers_number_of_the_right_form_is_taken(kind: str, country: str, number: str) -> None:
    assert numbers.tin_problem(number, kind=kind, country=country) is None


@pytest.mark.parametrize(
    ("kind", "country", "number"),
    [
        ("SSN", "US", "000-12-3456"), ("SSN", "US", "666-12-3456"), ("SSN", "US", "912-90-3456"),
        ("SSN", "US", "078-05-1120"), ("SSN", "US", "536-00-4399"), ("SSN", "US", "53690439"),
        ("ITIN", "US", "536-90-4399"), ("ITIN", "US", "912-93-4567"), ("EIN", "US", "07-1144442"),
        ("FOREIGN", "GB", "1955839662"), ("FOREIGN", "GB", "BG123456C"), ("FOREIGN", "FR", "0701987765432"),
        ("FOREIGN", "BR", "231.002.999-01"), ("FOREIGN", "CA", "123-456-783"), ("FOREIGN", "AE", "none"),
        ("FOREIGN", "AE", "1" * 21), ("FOREIGN", "AE", "<b>1234</b>"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_one_is_named(kind: str, country: str, number: str) -> None:
    found = numbers.tin_problem(number, kind=kind, country=country)
    assert found and found.code == "TIN_NOT_VALID" and number not in found.message


def test_a_missing_number_is_not_called_wrong() -> None:
    missing = numbers.tin_problem(" - ", kind="SSN", country="US")
    assert missing and missing.code == "TIN_MISSING"
    missing = numbers.id_number_problem("", kind="PASSPORT", country="US")
    assert missing and missing.code == "ID_NUMBER_MISSING"


@pytest.mark.parametrize(
    ("kind", "country", "number", "fits"),
    [
        ("PASSPORT", "US", "A12345678", True), ("PASSPORT", "US", "123456789", True),
        ("PASSPORT", "US", "12345678", True), ("PASSPORT", "US", "AB1234567", False),
        ("PASSPORT", "DE", "C01X00T47", True), ("PASSPORT", "DE", "C01X00T478", False),
        ("DRIVING_LICENCE", "US", "D123-4567-8901", True), ("ID_CARD", "FR", "abc", False),
        ("ID_CARD", "FR", "ABCDEFG", False),
    ],
)  # fmt: skip
def test_numbers_of_documents(kind: str, country: str, number: str, fits: bool) -> None:
    assert (numbers.id_number_problem(number, kind=kind, country=country) is None) is fits


HOME = {
    "line": "12 Main Street", "city": "Albany", "region": "NY", "postal_code": "12207", "country": "US",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None), ({"postal_code": "12207-1234"}, None), ({"postal_code": "00501"}, None),
        ({"country": "GB", "region": "", "postal_code": "SW1A 1AA"}, None),
        ({"country": "HK", "region": "", "postal_code": ""}, None),
        ({"line": "PO 12, 09012", "city": "APO", "region": "AE", "postal_code": "09012"}, None),
        ({"line": "PSC 3 Box 12", "city": "APO", "region": "AE", "postal_code": "09012"}, None),
        ({"line": "1 Boxwood Lane"}, None),
        ({"line": "P.O. Box 12"}, ("address_line", "ADDRESS_IS_A_BOX")),
        ({"line": "Post Office Box 12"}, ("address_line", "ADDRESS_IS_A_BOX")),
        ({"line": " "}, ("address_line", "ADDRESS_MISSING")),
        ({"city": ""}, ("city", "CITY_MISSING")),
        ({"region": "New York"}, ("region", "STATE_UNKNOWN")),
        ({"postal_code": "1220"}, ("postal_code", "ZIP_NOT_VALID")),
        ({"postal_code": "90210"}, ("postal_code", "ZIP_OF_ANOTHER_STATE")),
        ({"country": "GB", "postal_code": "<SW1A>"}, ("postal_code", "POSTAL_CODE_NOT_VALID")),
    ],
)  # fmt: skip
def test_addresses_31_cfr_1023_220_a_2(change: dict[str, str], wrong: tuple[str, str] | None) -> None:
    found = [(field, problem.code) for field, problem in addresses.problems(**HOME | change)]
    assert found == ([wrong] if wrong else [])
