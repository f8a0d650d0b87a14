"""How good is the search? A labelled set made from the lists themselves, always the same for the same lists.

What is asked is what people do to names: another order, a slip, another transliteration, a part left out.
Of who is not listed: common names, listed surnames under other given names, companies nobody has heard of.
"""

import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from compliance.screening.common import COMMON_GIVEN_NAMES, COMMON_SURNAMES
from compliance.screening.index import Index, Person
from compliance.screening.listed import Entry, EntryKind, NameKind
from compliance.screening.names import COMPANY_FORMS, PARTICLES, parts_of

SEED = 1792
_FIRST_WORDS = "Summit Cedar Pinnacle Harbor Lakeside Granite Maple Redwood Bluebird Prairie Juniper Beacon"
_SECOND_WORDS = "Ridge Valley Point Creek Field Grove Hollow Peak Bridge Crossing Meadow Shore"
_BUSINESSES = "Capital|Roofing|Dental Group|Software|Bakery|Consulting|Property Management|Logistics"
SPELLINGS = (
    ("kh", "h"), ("iy", "i"), ("yy", "y"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("q", "k"), ("dh", "d"),
    ("ph", "f"), ("x", "ks"), ("sch", "sh"), ("zh", "j"), ("yu", "iu"), ("ya", "ia"), ("mm", "m"),
    ("ss", "s"), ("ll", "l"), ("dd", "d"), ("ks", "x"), ("ck", "k"), ("w", "v"), ("y", "i"), ("u", "o"),
    ("e", "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """``uid``: whose name it is; None: nobody's."""

    kind: str
    name: str
    uid: int | None


@dataclass(slots=True)
class Figures:
    kind: str
    is_listed: bool
    asked: int = 0
    hit: int = 0  # of a listed name: its entry; of another: any
    first: int = 0  # its entry came first
    shown: int = 0


def questions(entries: Sequence[Entry], *, of_each: int) -> list[Question]:
    """About so many of each kind."""
    chance = random.Random(SEED)
    people = [one for one in entries if one.kind == EntryKind.INDIVIDUAL and "," in one.name]
    companies = [one for one in entries if one.kind == EntryKind.ENTITY and len(one.name) > 8]
    asked: list[Question] = []
    for pool, kinds in ((people, PEOPLE), (companies, COMPANIES)):
        for kind, made_by in kinds.items():
            some = chance.sample(pool, min(len(pool), of_each * 4))
            made = ((kind, made_by(one, chance), one.uid) for one in some)
            asked += itertools.islice((Question(k, name, uid) for k, name, uid in made if name), of_each)
    known = {frozenset(parts_of(name.text)) for one in entries for name in one.names}
    nobody = [*_common(of_each, chance), *_near(people, of_each, chance), *_unheard_of(of_each, chance)]
    return asked + [one for one in nobody if frozenset(parts_of(one.name)) not in known]


def measure(
    index: Index, asked: Iterable[Question], *, hit: float, shown: float, done: Callable[[int], None]
) -> list[Figures]:
    figures: dict[str, Figures] = {}
    for number, question in enumerate(asked, start=1):
        found = index.search(Person(question.name), least=shown, most=10)
        one = figures.setdefault(question.kind, Figures(question.kind, question.uid is not None))
        one.asked += 1
        right = [match for match in found if question.uid in (None, match.entry.uid)]
        one.hit += any(match.score >= hit for match in right)
        one.shown += bool(right)
        one.first += bool(right) and right[0] is found[0]
        done(number)
    return list(figures.values())


# --- What people do to names --------------------------------------------------------------------------------


def _split(entry: Entry) -> tuple[list[str], list[str]]:
    """Given names and surnames."""
    surname, _, given = entry.name.partition(", ")
    return given.replace(",", "").split(), surname.split()


def _plain(entry: Entry, chance: random.Random) -> str:
    given, surname = _split(entry)
    return " ".join([*given, *surname]).title()


def _alias(entry: Entry, chance: random.Random) -> str:
    others = [
        name.text for name in entry.names if name.kind in (NameKind.AKA, NameKind.FKA) and "," in name.text
    ]
    if not others:
        return ""
    surname, _, given = chance.choice(others).partition(", ")
    return f"{given} {surname}".title()


def _weak_alias(entry: Entry, chance: random.Random) -> str:
    return next((name.text for name in entry.names if name.kind == NameKind.WEAK and len(name.text) > 4), "")


def _turned(entry: Entry, chance: random.Random) -> str:
    given, surname = _split(entry)
    return " ".join([*surname, *reversed(given)]) if len(given) > 1 else " ".join([*surname, *given])


def _first_and_last(entry: Entry, chance: random.Random) -> str:
    given, surname = _split(entry)
    telling = [part for part in surname if part.lower() not in PARTICLES and "-" not in part]
    return f"{given[0]} {telling[0]}" if len(given) + len(surname) > 2 and telling else ""


def _initial(entry: Entry, chance: random.Random) -> str:
    given, surname = _split(entry)
    return " ".join([f"{given[0][0]}.", *given[1:], *surname]) if len(given) + len(surname) > 2 else ""


def _respelt(entry: Entry, chance: random.Random) -> str:
    name, changes = _plain(entry, chance).lower(), 0
    for old, new in SPELLINGS:
        if old in name[1:] and changes < 2:
            name, changes = name[0] + name[1:].replace(old, new, 1), changes + 1
    return name.title() if changes else ""


def _surname_alone(entry: Entry, chance: random.Random) -> str:
    _, surname = _split(entry)
    return surname[0] if len(surname) == 1 and len(surname[0]) > 4 else ""


def _without_marks(entry: Entry, chance: random.Random) -> str:
    name = _plain(entry, chance)
    return re.sub(r"[-']", "", name) if re.search(r"[-']", name) else ""


def _with_slips(name: str, slips: int, chance: random.Random) -> str:
    words = name.split()
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if len(long) < slips:
        return ""
    for i in chance.sample(long, slips):
        words[i] = _slip(words[i], chance)
    return " ".join(words)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice("aeioulnrst") + word[at + 1 :]


def _words(entry: Entry) -> list[str]:
    return re.sub(r"[^\w\s-]", " ", entry.name).split()


def _without_form(entry: Entry, chance: random.Random) -> str:
    words = re.sub(r"\b([A-Z])\.(?=[A-Z]\b)", r"\1", entry.name).replace(",", " ").replace(".", " ").split()
    left = [word for word in words if word.lower() not in COMPANY_FORMS | {"company", "limited", "de"}]
    return " ".join(left) if 1 < len(left) < len(words) else ""


def _words_turned(entry: Entry, chance: random.Random) -> str:
    words = _words(entry)
    return " ".join([*words[1:], words[0]]) if len(words) > 2 else ""


def _word_missing(entry: Entry, chance: random.Random) -> str:
    words = _words(entry)
    return " ".join(words[:-1]) if len(words) > 3 else ""


def _words_joined(entry: Entry, chance: random.Random) -> str:
    words = _words(entry)
    is_worth = len(words) > 2 and min(len(words[0]), len(words[1])) > 2
    return " ".join([words[0] + words[1], *words[2:]]) if is_worth else ""


Maker = Callable[[Entry, random.Random], str]
PEOPLE: dict[str, Maker] = {
    "as listed": _plain,
    "alias": _alias,
    "another order": _turned,
    "first and last name": _first_and_last,
    "initial": _initial,
    "one slip": lambda entry, chance: _with_slips(_plain(entry, chance), 1, chance),
    "two slips": lambda entry, chance: _with_slips(_plain(entry, chance), 2, chance),
    "transliterated": _respelt,
    "without hyphens": _without_marks,
    "weak alias": _weak_alias,
    "surname alone": _surname_alone,
}
COMPANIES: dict[str, Maker] = {
    "company without form": _without_form,
    "company, one slip": lambda entry, chance: _with_slips(" ".join(_words(entry)), 1, chance),
    "company, words turned": _words_turned,
    "company, word missing": _word_missing,
    "company, words joined": _words_joined,
}


# --- Nobody -------------------------------------------------------------------------------------------------


def _common(count: int, chance: random.Random) -> Iterator[Question]:
    for _ in range(count * 3):
        name = f"{chance.choice(COMMON_GIVEN_NAMES)} {chance.choice(COMMON_SURNAMES)}"
        yield Question("common name", name.title(), None)


def _near(people: Sequence[Entry], count: int, chance: random.Random) -> Iterator[Question]:
    for entry in chance.sample(people, min(count, len(people))):
        given, surname = _split(entry)
        other = chance.choice([name for name in COMMON_GIVEN_NAMES if name not in entry.name.lower()])
        yield Question("listed surname, other given name", f"{other} {surname[-1]}".title(), None)
        last = chance.choice(COMMON_SURNAMES)
        yield Question("listed given name, common surname", f"{given[0]} {last}".title(), None)


def _unheard_of(count: int, chance: random.Random) -> Iterator[Question]:
    for _ in range(count):
        first, second = chance.choice(_FIRST_WORDS.split()), chance.choice(_SECOND_WORDS.split())
        business = chance.choice(_BUSINESSES.split("|"))
        yield Question("company nobody lists", f"{first} {second} {business} LLC", None)
