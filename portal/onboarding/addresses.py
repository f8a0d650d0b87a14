"""Whether an address can be one: where somebody lives or does business, not where mail waits for them."""

import re

from portal.onboarding.numbers import Problem

# The first digits of ZIP codes, by state (USPS Publication 65).
ZIPS = {
    "AK": "9", "AL": "3", "AR": "7", "AZ": "8", "CA": "9", "CO": "8", "CT": "0", "DC": "25", "DE": "1",
    "FL": "3", "GA": "3", "HI": "9", "IA": "5", "ID": "8", "IL": "6", "IN": "4", "KS": "6", "KY": "4",
    "LA": "7", "MA": "0", "MD": "2", "ME": "0", "MI": "4", "MN": "5", "MO": "6", "MS": "3", "MT": "5",
    "NC": "2", "ND": "5", "NE": "6", "NH": "0", "NJ": "0", "NM": "8", "NV": "8", "NY": "01", "OH": "4",
    "OK": "7", "OR": "9", "PA": "1", "RI": "0", "SC": "2", "SD": "5", "TN": "3", "TX": "78", "UT": "8",
    "VA": "2", "VT": "0", "WA": "9", "WI": "5", "WV": "2", "WY": "8",
    "AS": "9", "GU": "9", "MP": "9", "PR": "0", "VI": "0",  # territories
    "AA": "3", "AE": "0", "AP": "9",  # armed forces
}  # fmt: skip
US_STATES = frozenset(ZIPS)
ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")
POSTAL_CODE = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,11}", re.IGNORECASE)
# Military addresses are boxes by their nature, and are let through (31 CFR 1023.220(a)(2)(i)(A)(3)(ii)).
BOX = re.compile(r"\b(p\.?\s*o\.?\s*(box|b\.?)|post\s+office\s+box|box\s+[0-9]+)\b", re.IGNORECASE)
MILITARY = frozenset({"AA", "AE", "AP"})


def problems(
    *, line: str, city: str, region: str, postal_code: str, country: str
) -> list[tuple[str, Problem]]:
    """What is wrong with it, by field: address_line, city, region, postal_code."""
    found: list[tuple[str, Problem]] = []
    if len(line.strip()) < 3:
        found.append(("address_line", Problem("ADDRESS_MISSING", "Give the street and the house number.")))
    elif BOX.search(line) and region not in MILITARY:
        found.append(
            (
                "address_line",
                Problem(
                    "ADDRESS_IS_A_BOX",
                    "Give where you live or do business: a post-office box is not enough "
                    "(31 CFR 1023.220(a)(2)).",
                ),
            )
        )
    if len(city.strip()) < 2:
        found.append(("city", Problem("CITY_MISSING", "Give the city.")))
    if country == "US":
        return found + _american(region, postal_code)
    if postal_code and not POSTAL_CODE.fullmatch(postal_code):
        found.append(("postal_code", Problem("POSTAL_CODE_NOT_VALID", "This cannot be a postal code.")))
    return found


def _american(region: str, postal_code: str) -> list[tuple[str, Problem]]:
    if region not in US_STATES:
        return [("region", Problem("STATE_UNKNOWN", "Give the state by its two letters, e.g. NY."))]
    if not ZIP.fullmatch(postal_code):
        return [("postal_code", Problem("ZIP_NOT_VALID", "A ZIP code has five digits, or five and four."))]
    if postal_code[0] not in ZIPS[region]:
        return [("postal_code", Problem("ZIP_OF_ANOTHER_STATE", f"No ZIP code of {region} begins so."))]
    return []
