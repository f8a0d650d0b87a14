"""Names made comparable: one alphabet, one case, parts with a weight. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщыэюя"
_SPELT = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya"
CYRILLIC = dict(zip(_CYRILLIC, _SPELT.split(), strict=True)) | {"ъ": "", "ь": ""}
LETTERS = str.maketrans(
    CYRILLIC | {
        "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "і": "i", "ї": "i", "є": "e", "ґ": "g", "'": "", "’": "", "‘": "", "`": "", "´": "", "ʻ": "", "ʼ": "",
        "&": " and ",
    }
)  # fmt: skip
# What stands in names without telling one from another.
_PARTICLES = """
    al el ul ud ad as ash ar az bin ben ibn bint de del la las los y e da do dos das di du van von der den the
    of and for abu mr mrs ms dr jr sr ii iii
"""
_COMPANY_FORMS = """
    co cia ltd ltda llc llp lp inc corp sa sas srl sarl spa gmbh kg ag nv bv plc pte sdn bhd ooo oao zao pao
    ao jsc ojsc cjsc pjsc fze fzc fzco fz est cv rl ci pvt pty ab oy doo dooel sociedad anonima limitada
"""
PARTICLES, COMPANY_FORMS = frozenset(_PARTICLES.split()), frozenset(_COMPANY_FORMS.split())
_ABD = "abdul abdel abdal abdol abdoul abdool abdur abdus abdun abdar"
SAME_WORD = {
    "company": "co", "compania": "cia", "limited": "ltd", "incorporated": "inc", "corporation": "corp",
    "private": "pvt", "establishment": "est", "centre": "center", "organisation": "organization",
    "mohd": "muhammad", "md": "muhammad", "abou": "abu", "aboo": "abu", "intl": "international",
    **dict.fromkeys(_ABD.split(), "abd"),
}  # fmt: skip
LONG_FORMS = (
    (re.compile(r"\blimited liability company\b"), "llc"),
    (re.compile(r"\bopen joint stock company\b"), "ojsc"),
    (re.compile(r"\b(?:closed|private) joint stock company\b"), "cjsc"),
    (re.compile(r"\bpublic joint stock company\b"), "pjsc"),
    (re.compile(r"\bjoint stock company\b"), "jsc"),
    (re.compile(r"\bs a s\b"), "sas"),
    (re.compile(r"\bs a\b"), "sa"),
    (re.compile(r"\bs r l\b"), "srl"),
    (re.compile(r"\bc v\b"), "cv"),
    (re.compile(r"\bl l c\b"), "llc"),
)
# ‘Servant of …’ is written in one word or three: Abdulrahman, Abdel Rahman, Abd al-Rahman.
SERVANT = re.compile(r"\babd(?:[aeo]u?|ou?|u)?(?:l|([rsnzdt])(?=\1))(?=[a-z]{3})")
ABDALLAH = re.compile(r"\babd[aeou]{1,2}l{1,3}ah?\b")
SOUNDS = (
    ("q", "k"), ("x", "ks"), ("sch", "sh"), ("sh", "s"), ("kh", "h"), ("gh", "g"), ("dh", "d"), ("th", "t"),
    ("zh", "j"), ("ph", "f"), ("ck", "k"), ("cz", "ch"), ("ch", "q"), ("tz", "s"), ("ts", "s"), ("dj", "j"),
    ("ff", "v"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"), ("g", "k"), ("w", "v"), ("z", "s"),
)  # fmt: skip
VOWELS, ROUND = "aeiouy", "ou"


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    parts: tuple[str, ...]
    # Of a listed individual: the parts before the comma. Otherwise nobody knows which is which: none.
    surnames: frozenset[str] = frozenset()
    kind: str = "PRIMARY"
    # All its letters in one: as written, and of a listed individual in the order people write as well.
    spellings: tuple[str, ...] = ()

    @property
    def telling(self) -> tuple[str, ...]:
        """The parts that tell it from others."""
        return tuple(part for part in self.parts if not is_filler(part)) or self.parts


def fold(text: str) -> str:
    """Small Latin letters, digits and spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", plain)  # S.A. is one word
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    for form, short in LONG_FORMS:
        plain = form.sub(short, plain)
    return plain


@lru_cache(maxsize=50_000)
def parts_of(text: str) -> tuple[str, ...]:
    plain = ABDALLAH.sub("abdalla", fold(text))
    plain = re.sub(r"\babd (?:[aeu][a-z] )?(?=[a-z]{3})", "abdul", plain)
    plain = " ".join(one if one == "abdalla" else SERVANT.sub("abd ", one) for one in plain.split())
    return tuple(SAME_WORD.get(part, part) for part in plain.split())


def listed_name(text: str, *, is_person: bool, kind: str = "PRIMARY") -> Name:
    """A name as OFAC writes it: of an individual, SURNAME, Given names."""
    surname, comma, given = text.partition(",")
    if not is_person or not comma:
        return Name(text, parts_of(text), kind=kind, spellings=(_letters(text),))
    surnames = frozenset(parts_of(surname))
    telling = frozenset(part for part in surnames if not is_filler(part))
    spellings = (_letters(text), _letters(f"{given} {surname}"))
    return Name(text, parts_of(text), telling or surnames, kind, spellings)


def name(text: str) -> Name:
    return Name(text, parts_of(text), spellings=(_letters(text),))


def _letters(text: str) -> str:
    return fold(text).replace(" ", "")


def is_filler(part: str) -> bool:
    return part in PARTICLES or part in COMPANY_FORMS


@lru_cache(maxsize=100_000)
def sound(part: str) -> str:
    """Its consonants, those alike made one: what stays the same however a foreign name is spelt."""
    if len(part) > 3:
        part = "e" + part[2:] if part.startswith(("ye", "je")) else part  # Yevgeny, Evgeny
        part = "y" + part[1:] if part.startswith(("ia", "io", "iu")) else part  # Iuri, Yuri
    for spelt, heard in SOUNDS:
        part = part.replace(spelt, heard)
    part = part.rstrip("h") or part
    head = "u" if part[0] in ROUND else "a" if part[0] in "aei" else part[0]
    return re.sub(r"(.)\1+", r"\1", head + "".join(c for c in part[1:] if c not in VOWELS))


@lru_cache(maxsize=100_000)
def opens_round(part: str) -> bool:
    """Its first vowel: Hussein, not Hassan; Muhammad, not Mahmud."""
    return next((letter for letter in part if letter in VOWELS), "") in ROUND
