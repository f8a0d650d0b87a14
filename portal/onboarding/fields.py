"""Fields of a form: what was sent, made plain, or why it cannot be taken."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pycountry

from portal.onboarding.numbers import Problem

# What stands for a number that is kept sealed, where only its being there matters.
KEPT = "•••"

Found = list[tuple[str, Problem]]  # problems, by field
Reader = Callable[[Any], tuple[Any, Problem | None]]

MONEY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,22}[0-9]")
# Signs that change how what follows is read are among them.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
IN_NAMES = frozenset(" -'’ʻ`.,")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    read: Reader
    ask: str  # what is said where it is missing
    is_needed: bool = True


def read_fields(fields: Sequence[Field], given: Any, *, at: str = "") -> tuple[dict[str, Any], Found]:
    """Every field made plain, and every problem; ``at`` is where these fields are, e.g. ``people.0``."""
    if not isinstance(given, Mapping):
        return {}, [wrong(at or "answers", "NOT_AN_OBJECT", "This is not a form’s fields.")]
    plain: dict[str, Any] = {}
    found: Found = []
    for field in fields:
        value = given.get(field.name)
        if value is None or (isinstance(value, str) and not value.strip()):
            plain[field.name] = "" if isinstance(value, str) else None
            problem = Problem("REQUIRED", field.ask) if field.is_needed else None
        else:
            plain[field.name], problem = field.read(value)
        if problem:
            found.append((inside(at, field.name), problem))
    return plain, found


def strangers(given: Any, known: set[str], *, at: str = "") -> Found:
    """Fields the form does not know: what somebody misspelt must not pass for left out."""
    if not isinstance(given, Mapping):
        return []
    unknown = [inside(at, printable(name)) for name in given if name not in known]
    return [wrong(field, "UNKNOWN_FIELD", "There is no such field.") for field in unknown]


def wrong(field: str, code: str, message: str) -> tuple[str, Problem]:
    return field, Problem(code, message)


def inside(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def printable(text: str) -> str:
    """A name somebody sent, fit to be sent back."""
    return text[:64].encode(errors="replace").decode()


def text(most: int) -> Reader:
    """Words on one line, in Unicode's composed form."""

    def read(value: Any) -> tuple[Any, Problem | None]:
        if not isinstance(value, str):
            return "", Problem("NOT_TEXT", "This is not text.")
        if any(unicodedata.category(c) in UNPRINTABLE and not c.isspace() for c in value):
            return "", Problem("NOT_TEXT", "This has characters that cannot be printed.")
        plain = " ".join(unicodedata.normalize("NFC", value).split())
        if len(plain) > most:
            return "", Problem("TOO_LONG", f"This is too long: at most {most} characters.")
        return plain, None

    return read


def name(most: int) -> Reader:
    """Of a natural person: letters of any script."""
    words = text(most)

    def read(value: Any) -> tuple[Any, Problem | None]:
        plain, problem = words(value)
        if not problem and not all(unicodedata.category(c)[0] in "LM" or c in IN_NAMES for c in plain):
            problem = Problem("NOT_A_NAME", "A name has letters only, as in the document of identity.")
        if not problem and not any(unicodedata.category(c)[0] == "L" for c in plain):
            problem = Problem("NOT_A_NAME", "A name has at least one letter.")
        return plain, problem

    return read


def matching(pattern: re.Pattern[str], code: str, message: str, *, most: int = 100) -> Reader:
    words = text(most)

    def read(value: Any) -> tuple[Any, Problem | None]:
        plain, problem = words(value)
        if not problem and not pattern.fullmatch(plain):
            problem = Problem(code, message)
        return plain, problem

    return read


def one_of(*words: str) -> Reader:
    def read(value: Any) -> tuple[Any, Problem | None]:
        if isinstance(value, str) and value in words:
            return value, None
        return "", Problem("NOT_A_CHOICE", "Choose one of the list.")

    return read


def day(value: Any) -> tuple[Any, Problem | None]:
    """Kept as ISO 8601: answers are JSON."""
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat(), None
    except ValueError:
        pass
    return None, Problem("NOT_A_DAY", "Give a day there is, as year, month and day.")


def country(value: Any) -> tuple[Any, Problem | None]:
    code = value.strip().upper() if isinstance(value, str) else ""
    if len(code) == 2 and code.isascii() and pycountry.countries.get(alpha_2=code):
        return code, None
    return "", Problem("COUNTRY_UNKNOWN", "Choose a country of the list.")


def flag(value: Any) -> tuple[Any, Problem | None]:
    return (value, None) if isinstance(value, bool) else (None, Problem("NOT_YES_OR_NO", "Say yes or no."))


def agreed(ask: str) -> Reader:
    """Only yes will do."""
    return lambda value: (True, None) if value is True else (False, Problem("REQUIRED", ask))


def percent(value: Any) -> tuple[Any, Problem | None]:
    if isinstance(value, str) and PERCENT.fullmatch(value.strip()) and Decimal(value) <= 100:
        return value.strip(), None
    return "", Problem("NOT_A_PERCENTAGE", "Give a percentage from 0 to 100, with up to two decimals.")


def dollars(*, may_be_less_than_nothing: bool = False) -> Reader:
    def read(value: Any) -> tuple[Any, Problem | None]:
        plain = value.strip() if isinstance(value, str) else ""
        if MONEY.fullmatch(plain) and (may_be_less_than_nothing or not plain.startswith("-")):
            return plain, None
        return "", Problem("NOT_AN_AMOUNT", "Give an amount in US dollars, e.g. 85000.")

    return read


email = matching(EMAIL, "NOT_AN_ADDRESS", "This cannot be an e-mail address.", most=254)
phone = matching(PHONE, "NOT_A_NUMBER", "Give a telephone number with its country’s code, e.g. +12125550100.")
number = text(40)


def same_name(typed: str, name: str) -> bool:
    """A signature: the name as it is, whatever its capitals and spaces."""
    return _folded(typed) == _folded(name)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
