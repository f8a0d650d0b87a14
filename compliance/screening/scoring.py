"""How alike are a name asked about and a listed one, from 0 to 1, and why? Pure.

Every part of either name carries a weight: how few listed names have it. Parts are paired, best first. From
the likeness of the pairs is taken what either name has that the other has not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from compliance.screening.names import Name, is_filler, opens_round, sound

LEAST_ALIKE = 0.72  # of two parts, to count as a pair
FULL_BITS, RARE_BITS = 14, 8  # of a part that one, and that one in 256 of the listed names has
FILLER_WEIGHT = 0.1
SURNAME_ONLY, COMMON_SURNAME_ONLY = 0.82, 0.72
ONE_WORD_OF_MANY = 0.55
LITTLE, WORTH_A_REASON = 0.05, 0.4
LETTERS_ALIKE = 0.88

# Every second listed name has 1 bit, one of four 2, …
Bits = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Likeness:
    score: float
    reasons: tuple[str, ...] = ()


@lru_cache(maxsize=500_000)
def alike(one: str, other: str) -> float:
    """Two parts of names: 1 the same, 0 not to be taken for each other."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return 0.8 if long.startswith(short) and not is_filler(long) else 0.0
    if is_filler(short) or is_filler(long):
        return 0.0
    edited = OSA.normalized_similarity(one, other)
    found = (JaroWinkler.similarity(one, other) + edited) / 2
    if long.startswith(short) and len(long) - len(short) >= 2:
        found = min(found, 0.8)
    if len(long) <= 3:
        found = min(found, 0.7)
    if one[0] != other[0]:
        found -= 0.04
    heard = sound(one)
    if heard == sound(other) and len(short) >= 3 and edited >= 0.4:
        base = 0.8 if len(heard) >= 3 else 0.74
        found = max(found, base + 0.18 * edited - (0.07 if opens_round(one) != opens_round(other) else 0))
    if long.startswith(("al", "el")) and len(short) >= 4 and 1 <= len(long) - len(short) <= 3:
        found = max(found, 0.97 * alike(short, long[2:]))
    return found if found >= LEAST_ALIKE else 0.0


def compare(asked: Name, listed: Name, *, bits: Bits, is_person: bool) -> Likeness:
    asked, listed = _joined(asked, listed.parts), _joined(listed, asked.parts)
    pairs = _pairs(asked, listed, bits)
    if not pairs:
        return _glued(asked, listed)
    weights = {part: _weight(part, bits) for part in (*asked.parts, *listed.parts)}
    paired_asked, paired_listed = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    had = _share(asked.parts, paired_asked, weights)
    found = _share(listed.parts, paired_listed, weights)
    total = sum(weights[listed.parts[j]] for _, j, _ in pairs)
    known = sum(bits(listed.parts[j]) * like for _, j, like in pairs if not is_filler(listed.parts[j]))

    # What either lacks matters the more, the less the rest says.
    vague = min(max((24 - known) / 16, 0), 1)
    quality = sum(weights[listed.parts[j]] * _strict(like, vague) for _, j, like in pairs) / total
    cost_of_missing, cost_of_more = 0.12 + 0.36 * vague, 0.16 + 0.4 * vague
    missing, more = 1 - found, 1 - had
    score = quality * max(0.0, 1 - cost_of_missing * missing - cost_of_more * more - 0.6 * missing * more)
    score, reasons = _by_which_parts(
        score, quality, known, asked, listed, {listed.parts[j] for j in paired_listed}, is_person=is_person,
        has_more=more > LITTLE,
    )  # fmt: skip
    glued = _glued(asked, listed)
    if glued.score > score:
        return glued
    if score < WORTH_A_REASON:
        return Likeness(score)
    reasons.insert(0, _said(asked, listed, pairs))
    if missing > LITTLE and (left := _left(listed, paired_listed)):
        reasons.append(f"the list has besides: {left}")
    if more > LITTLE and (left := _left(asked, paired_asked)):
        reasons.append(f"the list has not: {left}")
    return Likeness(min(score, 1.0), tuple(reasons))


def _by_which_parts(
    score: float, quality: float, known: float, asked: Name, listed: Name, paired: set[str], *,
    is_person: bool, has_more: bool,
) -> tuple[float, list[str]]:  # fmt: skip
    """Some parts alone do not make a name: given names, a surname, one word."""
    reasons = []
    if listed.surnames:
        given = set(listed.telling) - listed.surnames
        if not paired & listed.surnames:
            score *= 0.72
            reasons.append("no surname of the list is among them")
        elif has_more and given and not paired & given:
            score *= 0.75
            reasons.append("only the surname is the same")
    if len(asked.telling) == 1 and len(listed.telling) > 1:
        is_rare = known >= RARE_BITS and (not listed.surnames or bool(paired & listed.surnames))
        alone = quality * (SURNAME_ONLY if is_rare else COMMON_SURNAME_ONLY)
        score = alone if is_person else max(score, alone)
        reasons.append("a single name was asked about")
    elif len(listed.telling) == 1 and len(asked.telling) > 1:
        score = min(score, ONE_WORD_OF_MANY)
        reasons.append("the listed name is a single word")
    return score, reasons


def _joined(name: Name, others: tuple[str, ...]) -> Name:
    """Two parts that the other name writes as one are one."""
    parts = name.parts
    for i in range(len(parts) - 1):
        both = parts[i] + parts[i + 1]
        if both in others and len(both) >= 5 and both not in parts:
            surnames = name.surnames | {both} if name.surnames & set(parts[i : i + 2]) else name.surnames
            return replace(name, parts=(*parts[:i], both, *parts[i + 2 :]), surnames=surnames)
    return name


def _pairs(asked: Name, listed: Name, bits: Bits) -> list[tuple[int, int, float]]:
    """Best first, each part once."""
    possible = [
        (like, bits(theirs), -abs(i - j), i, j)
        for i, ours in enumerate(asked.parts)
        for j, theirs in enumerate(listed.parts)
        if (like := alike(ours, theirs))
    ]
    chosen: list[tuple[int, int, float]] = []
    ours_taken, theirs_taken = set(), set()
    for like, _, _, i, j in sorted(possible, reverse=True):
        if i not in ours_taken and j not in theirs_taken:
            chosen.append((i, j, like))
            ours_taken.add(i)
            theirs_taken.add(j)
    return chosen


def _weight(part: str, bits: Bits) -> float:
    if is_filler(part):
        return FILLER_WEIGHT
    if len(part) == 1:
        return 0.3
    return 0.4 + 0.6 * min(bits(part), FULL_BITS) / FULL_BITS


def _share(parts: tuple[str, ...], paired: set[int], weights: dict[str, float]) -> float:
    whole = sum(weights[part] for part in parts)
    return sum(weights[parts[i]] for i in paired) / whole


def _strict(like: float, vague: float = 0.0) -> float:
    """A slip makes another name of a common one sooner than of a rare one."""
    return 1 - (1.2 + 0.6 * vague) * (1 - like)


def _glued(asked: Name, listed: Name) -> Likeness:
    """The same letters in other words: AERO-CARIBBEAN and Aerocaribbean."""
    [letters] = asked.spellings
    if len(asked.parts) == len(listed.parts) or len(letters) < 7:
        return Likeness(0.0)
    like = max(OSA.normalized_similarity(letters, one) for one in listed.spellings)
    if like < LETTERS_ALIKE:
        return Likeness(0.0)
    return Likeness(0.97 * _strict(like), ("the same letters, in other words",))


def _said(asked: Name, listed: Name, pairs: list[tuple[int, int, float]]) -> str:
    same = [asked.parts[i] for i, _, like in sorted(pairs) if like == 1 and not is_filler(asked.parts[i])]
    close = [
        f"{asked.parts[i]} ≈ {listed.parts[j]}"
        for i, j, like in sorted(pairs) if like < 1 and min(len(asked.parts[i]), len(listed.parts[j])) > 1
    ]  # fmt: skip
    initials = [
        f"{asked.parts[i]} for {listed.parts[j]}"
        for i, j, like in sorted(pairs) if like < 1 and 1 in (len(asked.parts[i]), len(listed.parts[j]))
    ]  # fmt: skip
    said = []
    if same:
        said.append(f"the same: {' '.join(same)}")
    if close:
        said.append(f"alike: {', '.join(close)}")
    if initials:
        said.append(f"initials: {', '.join(initials)}")
    return "; ".join(said) or "only common words are the same"


def _left(name: Name, paired: set[int]) -> str:
    return " ".join(part for i, part in enumerate(name.parts) if i not in paired and not is_filler(part))
