"""Who on the lists may somebody be? A search over all listed names, held in memory. Pure."""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from compliance.screening import facts
from compliance.screening.common import COMMON_GIVEN_NAMES, COMMON_SURNAMES
from compliance.screening.listed import Entry, EntryKind, NameKind
from compliance.screening.names import Name, is_filler, listed_name, name, sound
from compliance.screening.scoring import FULL_BITS, LETTERS_ALIKE, Likeness, alike, compare

MOST_NAMES_COMPARED = 120
LIKE_ENOUGH_TO_COMPARE = 0.78
# Of one name in so many, where a name is common outside the lists.
COMMON_BITS = 7.0
WEAK_ALIAS = 0.9
# A name is no more common for standing on a short list.
AS_OF_SO_MANY = 8_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to look for, natural or legal. ``numbers`` as the index keys them."""

    name: str
    is_natural: bool | None = None  # None: not known
    born_on: date | None = None
    countries: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    entry: Entry
    score: float
    matched: str  # the listed name, or number
    kind: str  # of name, or NUMBER
    reasons: tuple[str, ...]

    @property
    def why(self) -> str:
        """In a sentence."""
        said = ". ".join(reason[:1].upper() + reason[1:] for reason in self.reasons)
        return f"{said}."


@dataclass(slots=True)
class _Listed:
    entry: Entry
    name: Name


class Index:
    """``number_key``: what numbers are compared by, the same for those asked about."""

    def __init__(self, entries: Sequence[Entry], *, number_key: Callable[[str], str]) -> None:
        self.entries = entries
        self.names: list[_Listed] = []
        self._having: dict[str, list[int]] = defaultdict(list)
        self._sounding: dict[str, list[str]] = defaultdict(list)
        self._numbers: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
        self._spelt: dict[int, dict[str, list[int]]] = defaultdict(dict)  # by how many letters
        self._in_two_words: dict[str, list[int]] = defaultdict(list)
        having: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            is_person = entry.kind == EntryKind.INDIVIDUAL
            for one in entry.names:
                made = listed_name(one.text, is_person=is_person, kind=one.kind)
                if not made.parts:
                    continue
                number = len(self.names)
                self.names.append(_Listed(entry, made))
                for first, second in itertools.pairwise(made.parts):
                    self._in_two_words[first + second].append(number)
                for part in set(made.parts):
                    self._having[part].append(number)
                    having[_heard(part)].add(entry.uid)
                for letters in made.spellings:
                    self._spelt[len(letters)].setdefault(letters, []).append(number)
            for listed in entry.numbers:
                for key in {number_key(listed.value), number_key(_plain(listed.value))} - {""}:
                    if len(_plain(listed.value)) >= 5:
                        self._numbers[key].append((entry, f"{listed.kind} {listed.value}"))
        self._parts = list(self._having)
        for part in self._parts:
            self._sounding[sound(part)].append(part)
        whole = max(len(entries), AS_OF_SO_MANY)
        self._bits = {part: math.log2(whole / len(having[_heard(part)])) for part in self._parts}
        for part in (*COMMON_GIVEN_NAMES, *COMMON_SURNAMES):
            self._bits[part] = min(self._bits.get(part, COMMON_BITS), COMMON_BITS)
        self._near = lru_cache(maxsize=20_000)(self._parts_near)

    def bits(self, part: str) -> float:
        """How telling a part of a name is."""
        return self._bits.get(part, 10.0)

    def search(
        self, person: Person, *, least: float, most: int = 10, among: Collection[int] | None = None
    ) -> list[Match]:
        """The best first, each entry once. ``among``: only entries of these uids."""
        best: dict[tuple[str, int], Match] = {}
        for listed, likeness in self._compared(person, among):
            found = _weighed(person, listed, likeness)
            key = (listed.entry.list_kind, listed.entry.uid)
            if found.score >= least and (key not in best or best[key].score < found.score):
                best[key] = found
        for match in list(self._numbered(person, best)):
            if among is None or match.entry.uid in among:
                best[match.entry.list_kind, match.entry.uid] = match
        return heapq.nsmallest(most, best.values(), key=lambda m: (-m.score, m.entry.list_kind, m.entry.uid))

    def _compared(self, person: Person, among: Collection[int] | None) -> Iterable[tuple[_Listed, Likeness]]:
        asked = name(person.name)
        for number in self._worth_comparing(asked, among):
            listed = self.names[number]
            is_person = listed.entry.kind == EntryKind.INDIVIDUAL
            yield listed, compare(asked, listed.name, bits=self.bits, is_person=is_person)

    def _worth_comparing(self, asked: Name, among: Collection[int] | None) -> set[int]:
        weights: dict[int, float] = defaultdict(float)
        for part in asked.telling:
            for number in self._in_two_words.get(part, ()):
                weights[number] += 2 + FULL_BITS
        for first, second in itertools.pairwise(asked.parts):
            for number in self._having.get(first + second, ()):
                weights[number] += 2 + FULL_BITS
        for part in dict.fromkeys(asked.telling):
            at_best: dict[int, float] = {}
            for theirs, like in self._near(part):
                worth = like * (2 + self.bits(theirs))
                for number in self._having[theirs]:
                    if at_best.get(number, 0) < worth:
                        at_best[number] = worth
            for number, worth in at_best.items():
                weights[number] += worth
        numbers = weights.keys() if among is None else [
            number for number in weights if self.names[number].entry.uid in among
        ]  # fmt: skip
        # Of names alike in as many parts, the shorter is the nearer one.
        chosen = set(
            heapq.nlargest(
                MOST_NAMES_COMPARED, numbers, key=lambda n: weights[n] - 0.5 * len(self.names[n].name.parts)
            )
        )
        chosen.update(self._of_the_same_letters(asked))
        return chosen if among is None else {n for n in chosen if self.names[n].entry.uid in among}

    def _of_the_same_letters(self, asked: Name) -> Iterable[int]:
        """Names that are written in more words, or in fewer."""
        [letters] = asked.spellings
        if len(letters) < 7:
            return
        for length in range(int(len(letters) * LETTERS_ALIKE), int(len(letters) / LETTERS_ALIKE) + 1):
            named = self._spelt[length]
            for text, _, _ in process.extract(
                letters, named.keys(), scorer=JaroWinkler.similarity, score_cutoff=0.9, limit=10
            ):
                yield from named[text]

    def _parts_near(self, part: str) -> list[tuple[str, float]]:
        """Parts of listed names that may be this one."""
        found = process.extract(
            part, self._parts, scorer=JaroWinkler.similarity, score_cutoff=LIKE_ENOUGH_TO_COMPARE, limit=None
        )
        near = {text for text, _, _ in found} | set(self._sounding.get(sound(part), ()))
        if part.startswith(("al", "el")) and len(part) > 5:
            near.update(theirs for theirs, _ in self._near(part[2:]))
        return [(theirs, like) for theirs in near if (like := alike(part, theirs))]

    def _numbered(self, person: Person, found: dict[tuple[str, int], Match]) -> Iterable[Match]:
        for key in filter(None, person.numbers):
            for entry, said in self._numbers.get(key, ()):
                named = found.get((entry.list_kind, entry.uid))
                also = (f"{named.matched}: {named.why[:-1]}",) if named else ("the name is another",)
                yield Match(
                    entry, 1.0 if named else 0.95, said, "NUMBER", (f"the number is that of {said}", *also)
                )


def _weighed(person: Person, listed: _Listed, likeness: Likeness) -> Match:
    """The likeness of the names in the light of what else is known."""
    score, reasons = likeness.score, list(likeness.reasons)
    if listed.name.kind == NameKind.WEAK:
        score *= WEAK_ALIAS
        reasons.append("a weak alias")
    if score:
        for factor, lift, reason in facts.weigh(person, listed.entry):
            score = score * factor + (1 - score * factor) * lift
            reasons.append(reason)
    return Match(listed.entry, round(score, 3), listed.name.text, listed.name.kind, tuple(reasons))


def _heard(part: str) -> str:
    """Spellings of one name are as common as it is."""
    heard = sound(part)
    return part if len(heard) < 3 or is_filler(part) else f"~{heard}"


def _plain(number: str) -> str:
    return "".join(c for c in number if c.isalnum()).upper()


def number_spellings(number: str) -> tuple[str, ...]:
    """As written, and letters and digits alone."""
    return tuple(dict.fromkeys((number, _plain(number))))
