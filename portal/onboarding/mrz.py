"""The lines for machines at the foot of a passport or on the back of a card, beside what was typed (ICAO Doc
9303, parts 3 to 6): passports (TD3), cards (TD1) and older cards (TD2)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import pycountry

from portal.onboarding.numbers import Problem, plain

FILLER = "<"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
READABLE = re.compile(r"[A-Z0-9<]+")
WEIGHTS = (7, 3, 1)
TD1, TD2, TD3 = 90, 72, 88  # characters together

# Part 3, section 6: letters outside A to Z that are not just written without their accent. States write
# them either way.
SPELT = {
    "Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Æ": "AE", "Ø": "OE", "Œ": "OE", "ß": "SS", "ẞ": "SS",
    "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "ı": "I", "Ħ": "H", "Ŧ": "T", "Ñ": "NXX",
}  # fmt: skip
# Issuers whose code is not ISO 3166's of three letters (part 3, section 5).
ISSUERS = {"D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK"}


class MrzUnreadable(Exception):
    """These are not the lines of a document, or one was typed wrong."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Mrz:
    kind: str  # P of passports, else of cards
    issuer: str
    nationality: str
    number: str
    born: str  # YYMMDD; what is not known of it is filled
    expires: str
    last_name: str
    first_names: str
    is_cut: bool  # the names did not fit


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form says."""

    first_name: str
    last_name: str
    born_on: date
    citizenship: str
    id_kind: str
    id_country: str
    id_number: str
    id_expires_on: date | None


def check_digit(text: str) -> str:
    """Part 3, section 4.9: weights 7, 3, 1; A is 10, the filler nought."""
    values = (0 if char == FILLER else ALPHABET.index(char) for char in text)
    return str(sum(value * WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def read(text: str) -> Mrz:
    """Raises MrzUnreadable."""
    bare = "".join(text.upper().split())
    if not READABLE.fullmatch(bare) or len(bare) not in (TD1, TD2, TD3):
        raise MrzUnreadable(
            Problem(
                "MRZ_NOT_READABLE",
                "Type the lines at the foot of the document exactly, with every <: two of 44 characters in a "
                "passport, two of 36 or three of 30 on a card.",
            )
        )
    found = _td1(bare) if len(bare) == TD1 else _td2_or_3(bare)
    return found


def problems(text: str, typed: Typed, *, today: date) -> list[Problem]:
    """What is wrong with the lines, or differs between them and the form."""
    try:
        found = read(text)
    except MrzUnreadable as unreadable:
        return [unreadable.problem]
    wrong: list[tuple[bool, str, str]] = [
        ((found.kind == "P") != (typed.id_kind == "PASSPORT"), "MRZ_OF_ANOTHER_KIND",
         "These lines are of another kind of document than the one you chose."),
        (country_of(found.issuer) not in (typed.id_country, ""), "MRZ_COUNTRY_DIFFERS",
         "The lines name another country as the issuer than you did."),
        (country_of(found.nationality) not in (typed.citizenship, ""), "MRZ_CITIZENSHIP_DIFFERS",
         "The lines name another citizenship than you did."),
        (found.number != plain(typed.id_number), "MRZ_NUMBER_DIFFERS",
         "The document’s number in the lines is not the one you gave."),
        (not _is_day(found.born, typed.born_on), "MRZ_BORN_DIFFERS",
         "The day of birth in the lines is not the one you gave."),
        (typed.id_expires_on is not None and not _is_day(found.expires, typed.id_expires_on),
         "MRZ_EXPIRY_DIFFERS", "The day of expiry in the lines is not the one you gave."),
        (_has_expired(found.expires, today), "MRZ_EXPIRED", "By its lines, the document has expired."),
        (not _is_name(found, typed), "MRZ_NAME_DIFFERS",
         "The name in the lines is not the one you gave: give it as it stands in the document."),
    ]  # fmt: skip
    return [Problem(code, message) for is_wrong, code, message in wrong if is_wrong]


def country_of(code: str) -> str:
    """ISO 3166's two letters; empty of who is no state's (stateless, refugees, organisations)."""
    bare = code.rstrip(FILLER)
    found = pycountry.countries.get(alpha_3=bare)
    return ISSUERS.get(bare) or (str(found.alpha_2) if found else "")


def _td1(bare: str) -> Mrz:
    first, second, names = bare[:30], bare[30:60], bare[60:]
    number, digit = first[5:14], first[14]
    if digit == FILLER:  # part 5, note j: a longer number goes on where optional data would be
        rest = first[15:30].partition(FILLER)[0]
        number, digit = number + rest[:-1], rest[-1:]
    _check("number", number, digit)
    _check("day of birth", second[:6], second[6])
    _check("day of expiry", second[8:14], second[14])
    _check("last digit", first[5:30] + second[:7] + second[8:15] + second[18:29], second[29])
    return _mrz(first, number, second[15:18], second[:6], second[8:14], names)


def _td2_or_3(bare: str) -> Mrz:
    width = len(bare) // 2
    first, second = bare[:width], bare[width:]
    _check("number", second[:9], second[9])
    _check("day of birth", second[13:19], second[19])
    _check("day of expiry", second[21:27], second[27])
    if len(bare) == TD3 and (second[42] != FILLER or second[28:42].strip(FILLER)):
        _check("personal number", second[28:42], second[42])
    _check("last digit", second[:10] + second[13:20] + second[21 : width - 1], second[width - 1])
    return _mrz(first, second[:9], second[10:13], second[13:19], second[21:27], first[5:])


def _check(what: str, text: str, digit: str) -> None:
    if check_digit(text) != digit:
        raise MrzUnreadable(
            Problem("MRZ_CHECK_DIGIT", f"A check digit does not fit ({what}): look for a slip, e.g. O for 0.")
        )


def _mrz(first: str, number: str, nationality: str, born: str, expires: str, names: str) -> Mrz:
    last_name, _, first_names = names.partition(FILLER * 2)
    return Mrz(
        kind=first[0],
        issuer=first[2:5],
        nationality=nationality,
        number=number.replace(FILLER, ""),
        born=born,
        expires=expires,
        last_name=last_name.replace(FILLER, " ").strip(),
        first_names=first_names.replace(FILLER, " ").strip(),
        is_cut=not names.endswith(FILLER),
    )


def _is_day(six: str, day: date) -> bool:
    """A filled part of a day of birth is not known, and differs from nothing."""
    return all(a in (b, FILLER) for a, b in zip(six, f"{day:%y%m%d}", strict=True))


def _has_expired(six: str, today: date) -> bool:
    """Documents are good for some years: a century is counted from where it is nearest."""
    if not six.isdigit():
        return False
    century = today.year // 100 * 100
    years = (century + offset + int(six[:2]) for offset in (-100, 0, 100))
    nearest = min(years, key=lambda year: abs(year - today.year))
    return f"{nearest:04}{six[2:]}" < f"{today:%Y%m%d}"


def _is_name(found: Mrz, typed: Typed) -> bool:
    """In any of the spellings; middle names, which people leave out, may be there and may be missing."""
    return any(
        _begins(found.last_name, last, may_be_cut=found.is_cut and not found.first_names)
        for last in spellings(typed.last_name)
    ) and any(
        _has(found.first_names, first, may_be_cut=found.is_cut) for first in spellings(typed.first_name)
    )


def _begins(there: str, name: str, *, may_be_cut: bool) -> bool:
    there, name = there.replace(" ", ""), name.replace(" ", "")
    return there == name or (may_be_cut and name.startswith(there))


def _has(there: str, name: str, *, may_be_cut: bool) -> bool:
    joined, wanted = there.replace(" ", ""), name.replace(" ", "")
    if joined.startswith(wanted) or (may_be_cut and wanted.startswith(joined)):
        return True
    return set(name.split()) <= set(there.split())


def spellings(name: str) -> set[str]:
    """As machines read it: letters outside A to Z spelt out, and without their accents."""
    spelt = "".join(SPELT.get(char, char) for char in name.upper())
    other = spelt.replace("NXX", "N")
    return {_letters(spelt), _letters(other), _letters(name.upper())}


def _letters(name: str) -> str:
    bare = "".join(SPELT.get(char, char) if char not in "ÄÖÜÅÑ" else char for char in name)
    apart = unicodedata.normalize("NFKD", bare)
    kept = "".join(" " if char in "-– " else char for char in apart if char in "-– " or "A" <= char <= "Z")
    return " ".join(kept.split())
