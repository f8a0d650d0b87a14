"""What is asked of somebody who says they are accredited, and what came of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from portal.onboarding.kinds import ApplicantKind

MOST_CENTS = 10**16
LONGEST_TEXT = 200
MOST_OWNERS = 50
# Of the rules' numbers, those that are no amounts.
COUNTS = ("home_debt_days", "evidence_months", "good_days", "again_years", "few_owners")


class Thresholds(NamedTuple):
    """The rules' numbers on a day: amounts in cents."""

    net_worth: int  # 17 CFR 230.501(a)(5)
    income: int  # 17 CFR 230.501(a)(6)
    joint_income: int
    home_debt_days: int  # 17 CFR 230.501(a)(5)(i)(B)
    plan_assets: int  # 17 CFR 230.501(a)(1)
    entity_assets: int  # 17 CFR 230.501(a)(3)
    trust_assets: int  # 17 CFR 230.501(a)(7)
    investments: int  # 17 CFR 230.501(a)(9)
    family_office: int  # 17 CFR 230.501(a)(12)
    evidence_months: int  # 17 CFR 230.506(c)(2)(ii)(B), (C)
    good_days: int
    again_years: int  # 17 CFR 230.506(c)(2)(ii)(E)
    minimum_person: int  # staff letter of 12 March 2025
    minimum_entity: int
    minimum_owner: int
    few_owners: int

    def said_in(self, words: str) -> str:
        """Words with the numbers they name put in."""
        plain = {name: number for name, number in self._asdict().items() if name in COUNTS}
        return words.format_map({name: dollars(number) for name, number in self._asdict().items()} | plain)


class Form(StrEnum):
    MONEY = "MONEY"  # US dollars, nought or more
    YES_NO = "YES_NO"
    TEXT = "TEXT"
    DATE = "DATE"
    CHOICE = "CHOICE"
    OWNERS = "OWNERS"  # rows of name, category and whether a natural person


class Fact(NamedTuple):
    """One question. ``must`` is the only answer that does; ``more_than`` names the threshold to exceed."""

    name: str
    form: Form
    ask: str
    choices: tuple[tuple[str, str], ...] = ()
    kinds: frozenset[ApplicantKind] = frozenset(ApplicantKind)
    # Asked only where another fact has one of these values.
    when: tuple[str, tuple[Any, ...]] | None = None
    must: bool | None = None
    more_than: str = ""
    else_say: str = ""

    def is_asked(self, facts: Mapping[str, Any]) -> bool:
        return self.when is None or facts.get(self.when[0]) in self.when[1]


class Owner(NamedTuple):
    name: str
    category: str
    is_person: bool


class Reason(NamedTuple):
    """Why not: the fact it is about, a code, and a sentence that says what to do."""

    field: str
    code: str
    message: str
    citation: str


class Verdict(NamedTuple):
    reasons: tuple[Reason, ...]
    # What it rests on, for people; empty where it does not hold.
    basis: str = ""
    # It holds for the securities of one issuer alone.
    one_issuer: bool = False

    @property
    def holds(self) -> bool:
        return not self.reasons


def dollars(cents: int) -> str:
    return f"${cents // 100:,}" + (f".{cents % 100:02}" if cents % 100 else "")


def read(asked: Iterable[Fact], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Answers as they came (amounts as decimal strings) into values (amounts in cents), and what is
    wrong with them."""
    facts: dict[str, Any] = {}
    problems = []
    for fact in asked:
        if not fact.is_asked(facts):
            continue
        try:
            facts[fact.name] = _READERS[fact.form](fact, raw.get(fact.name))
        except _Unreadable as problem:
            missing = raw.get(fact.name) in (None, "", [])
            code = "REQUIRED" if missing else "INVALID"
            problems.append(Reason(fact.name, code, str(problem), ""))
    return facts, problems


class _Unreadable(Exception):
    pass


def _money(fact: Fact, raw: Any) -> int:
    try:
        cents = Decimal(raw) * 100 if isinstance(raw, str) else Decimal("NaN")
    except ArithmeticError:  # no number, or one beyond all numbers
        cents = Decimal("NaN")
    if not cents.is_finite() or not 0 <= cents < MOST_CENTS or cents != int(cents):
        raise _Unreadable("Enter an amount in US dollars, nought or more.")
    return int(cents)


def _yes_no(fact: Fact, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise _Unreadable("Answer yes or no.")
    return raw


def _text(fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str) or not 0 < len(raw.strip()) <= LONGEST_TEXT:
        raise _Unreadable(f"Enter up to {LONGEST_TEXT} characters.")
    return raw.strip()


def _date(fact: Fact, raw: Any) -> date:
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise _Unreadable("Enter a date.") from None


def _choice(fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str) or raw not in dict(fact.choices):
        raise _Unreadable("Choose one of the list.")
    return raw


def _owners(fact: Fact, raw: Any) -> tuple[Owner, ...]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_OWNERS:
        raise _Unreadable(f"Name every owner, up to {MOST_OWNERS}.")
    return tuple(_owner(fact, row) for row in raw)


def _owner(fact: Fact, row: Any) -> Owner:
    """Without a category somebody is named who is not accredited."""
    if not isinstance(row, dict) or not isinstance(row.get("is_person"), bool):
        raise _Unreadable("Say of each owner whether they are a natural person.")
    category = row.get("category")
    if not isinstance(category, str) or category not in {"", *dict(fact.choices)}:
        raise _Unreadable("Choose a category of the list for each owner.")
    return Owner(_text(fact, row.get("name")), category, row["is_person"])


_READERS = {
    Form.MONEY: _money,
    Form.YES_NO: _yes_no,
    Form.TEXT: _text,
    Form.DATE: _date,
    Form.CHOICE: _choice,
    Form.OWNERS: _owners,
}
