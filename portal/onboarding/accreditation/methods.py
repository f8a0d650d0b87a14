"""How accredited status is verified, and how long that is good.

Paragraphs (A) to (E) of 17 CFR 230.506(c)(2)(ii) are of natural persons. Of others, and of what a natural
person is rather than owns, reasonable steps are taken by the same letters (506(c)(1)): documents (B) or a
professional's letter (C). F is the minimum investment of the staff's letter of 12 March 2025.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from portal.onboarding.accreditation.categories import BODIES, CATEGORIES, PEOPLE, judge
from portal.onboarding.accreditation.facts import Fact, Form, Reason, Thresholds, Verdict, dollars
from portal.onboarding.kinds import ApplicantKind as Kind
from portal.onboarding.validity import good_for_days, is_fresh, years_after

# Since when there is a paragraph (c): of those who bought before.
PARAGRAPH_C = date(2013, 9, 23)
REASONABLE_STEPS = "17 CFR 230.506(c)(1)"


class Whose(StrEnum):
    APPLICANT = "APPLICANT"
    EACH_HOLDER = "EACH_HOLDER"  # of a joint account
    EACH_OWNER = "EACH_OWNER"  # named under AI08


class Method(NamedTuple):
    code: str
    title: str
    words: str
    citation: str
    # Said by the applicant; all of it has to be so.
    statements: tuple[Fact, ...] = ()


class Needed(NamedTuple):
    """A document: any of these kinds of upload (portal.models.Upload.Kind) does."""

    kinds: tuple[str, ...]
    why: str
    citation: str
    whose: Whose = Whose.APPLICANT
    tax_year: int | None = None
    months: int | None = None  # no older than that

    def is_met_by(self, *, kind: str, tax_year: int | None, dated: date | None, today: date) -> bool:
        if kind not in self.kinds or (self.tax_year is not None and tax_year != self.tax_year):
            return False
        return self.months is None or (dated is not None and is_fresh(dated, today=today, months=self.months))


class Earlier(NamedTuple):
    """The last time evidence was looked at (A, B or C), and for which issuer: None, for any listed here."""

    verified_on: date
    issuer: int | None = None


STILL = Fact(
    "still_accredited", Form.YES_NO, "Do you state that you are an accredited investor today?", must=True,
    else_say="Only who is accredited today can state it.",
)  # fmt: skip
METHODS = {
    method.code: method
    for method in (
        Method(
            "A", "Tax forms", "Tax forms of the two last years, and what you expect this year.",
            "17 CFR 230.506(c)(2)(ii)(A)",
            (
                Fact(
                    "expects_income", Form.YES_NO,
                    "Do you reasonably expect to reach the same level of income this year?", must=True,
                    else_say="Without that expectation, income does not count. Another category may fit.",
                ),
            ),
        ),
        Method(
            "B", "Statements and reports", "Documents that show it, not older than {evidence_months} months.",
            "17 CFR 230.506(c)(2)(ii)(B)",
            (
                Fact(
                    "all_disclosed", Form.YES_NO,
                    "Have you disclosed all liabilities, and all your status depends on?", must=True,
                    else_say="Add what is missing: your status is reckoned with all of it.",
                ),
            ),
        ),
        Method(
            "C", "Letter of a professional",
            "Of a broker-dealer, adviser, attorney or CPA, not older than {evidence_months} months.",
            "17 CFR 230.506(c)(2)(ii)(C)",
        ),
        Method(
            "D", "Holder since before 23 September 2013",
            "Who bought from the issuer as an accredited investor then, and still holds.",
            "17 CFR 230.506(c)(2)(ii)(D)",
            (
                Fact("bought_on", Form.DATE, "When did you buy?"),
                Fact(
                    "still_holds", Form.YES_NO, "Do you still hold what you bought?", must=True,
                    else_say="It counts only while you hold it. Choose another method.",
                ),
                STILL,
            ),
        ),
        Method(
            "E", "Verified before",
            "You were verified within {again_years} years, and state that you still are accredited.",
            "17 CFR 230.506(c)(2)(ii)(E)", (STILL,),
        ),
        Method(
            "F", "Minimum investment",
            "{minimum_person} of a natural person, {minimum_entity} of an entity, financed by nobody else.",
            "17 CFR 230.506(c)(1); staff letter of 12 March 2025",
            (
                Fact("invests", Form.MONEY, "How much will you invest at least?"),
                Fact(
                    "own_money", Form.YES_NO,
                    "Do you state that no third party finances the minimum investment?", must=True,
                    else_say="It counts only where nobody else finances it. Choose another method.",
                ),
                STILL,
            ),
        ),
    )
}  # fmt: skip
# Documents that show what an applicant is: upload kinds, why, and whether no older than three months.
_SHOWN_BY: dict[str, tuple[tuple[tuple[str, ...], str, bool], ...]] = {
    "AI01": ((("LICENCE", "OTHER"), "An extract of its register, or the plan’s report.", True),),
    "AI02": ((("LICENCE", "OTHER"), "What shows that it is one.", True),),
    "AI03": (
        (("ASSETS",), "A statement of its total assets.", True),
        (("FORMATION",), "What it was formed by, and for.", False),
    ),
    "AI04": ((("LETTER", "OTHER"), "The issuer’s confirmation of your office.", True),),
    "AI05": (
        (("ASSETS",), "Statements of what you own: bank, broker, appraisal or tax assessment.", True),
        (("CREDIT_REPORT",), "A report of a nationwide consumer reporting agency of what you owe.", True),
    ),
    "AI07": (
        (("ASSETS",), "A statement of the trust’s total assets.", True),
        (("FORMATION",), "The trust document: what it is for, and who directs it.", False),
    ),
    "AI08": ((("OWNERSHIP",), "The register of its owners.", True),),
    "AI09": (
        (("ASSETS",), "A statement of its investments.", True),
        (("FORMATION",), "What it was formed by, and for.", False),
    ),
    "AI10": ((("LICENCE",), "An extract of BrokerCheck or IAPD.", True),),
    "AI11": ((("LETTER",), "The fund’s confirmation of your position.", True),),
    "AI12": (
        (("ASSETS",), "A statement of its assets under management.", True),
        (("FORMATION",), "What it was formed by, and for.", False),
    ),
    "AI13": ((("LETTER",), "The family office’s confirmation.", True),),
}
_OF_OWNERS = ("TAX_RETURN", "ASSETS", "LICENCE", "LETTER", "OTHER")


def methods_of(category: str, kind: Kind, *, earlier: Earlier | None = None) -> list[Method]:
    """Those open to an applicant of this kind, in this category."""
    codes = ["A"] if category == "AI06" else ["B"]
    codes.append("C")
    if kind in PEOPLE:
        codes += ["D", "E"] if earlier else ["D"]
    return [METHODS[code] for code in (*codes, "F")]


def statements_of(method: str) -> tuple[Fact, ...]:
    return METHODS[method].statements


def evidence_of(method: str, category: str, kind: Kind, today: date, numbers: Thresholds) -> list[Needed]:
    """The documents needed. "The two most recent years" are the two last calendar years that are over: what
    is not filed yet cannot be shown by A, and is by C (staff interpretation of 3 July 2014)."""
    whose = Whose.EACH_HOLDER if kind == Kind.JOINT else Whose.APPLICANT
    months, citation = numbers.evidence_months, METHODS[method].citation
    if method == "A":
        return [
            Needed(("TAX_RETURN",), f"Your income of {year}: W-2, 1099, K-1 or 1040.", citation, whose, year)
            for year in (today.year - 1, today.year - 2)
        ]
    if method == "B":
        needed = [
            Needed(
                kinds, why, citation if category == "AI05" else REASONABLE_STEPS, whose,
                months=months if fresh else None,
            )
            for kinds, why, fresh in _SHOWN_BY[category]
        ]  # fmt: skip
        if category == "AI08":
            why = "What shows that this owner is accredited."
            needed.append(Needed(_OF_OWNERS, why, REASONABLE_STEPS, Whose.EACH_OWNER))
        return needed
    if method == "C":
        why = f"A letter that its writer has verified, within {months} months, that you are accredited."
        return [
            Needed(("LETTER",), why, citation if kind in PEOPLE else REASONABLE_STEPS, whose, months=months)
        ]
    if method == "D":
        return [Needed(("ASSETS", "OTHER"), "What shows that you bought then, and still hold.", citation)]
    if method == "F" and category == "AI08":
        return [Needed(("OWNERSHIP",), "The register of its owners.", citation, months=months)]
    return []


def good_until(
    method: str, *, verified_on: date, numbers: Thresholds, earlier: Earlier | None = None
) -> date:
    """The last day it is good. Under E, five years from the day evidence was looked at, not from the
    statement; of all others, the house's days before each new offering."""
    if method == "E" and earlier is not None:
        return years_after(earlier.verified_on, numbers.again_years)
    return good_for_days(verified_on, numbers.good_days)


def minimum_investment(category: str, kind: Kind, facts: Mapping[str, Any], numbers: Thresholds) -> int:
    """Of a natural person; of an entity; of one that is accredited by its owners alone, who are few and all
    natural persons: so much for each of them (staff letter of 12 March 2025)."""
    if kind not in BODIES:
        return numbers.minimum_person
    owners = facts.get("owners", ())
    if category == "AI08" and 0 < len(owners) < numbers.few_owners and all(o.is_person for o in owners):
        return min(numbers.minimum_owner * len(owners), numbers.minimum_entity)
    return numbers.minimum_entity


def verify(
    method: str,
    category: str,
    kind: Kind,
    facts: Mapping[str, Any],
    numbers: Thresholds,
    *,
    today: date,
    issuer: int | None = None,
    earlier: Earlier | None = None,
) -> Verdict:
    """May this applicant be verified that way, by what they say? A reviewer looks at the evidence."""
    rule = METHODS[method]
    if rule not in methods_of(category, kind, earlier=earlier or Earlier(date.min)):
        title = CATEGORIES[category].title
        reason = Reason("method", "WRONG_METHOD", f"{rule.title} does not show this: {title}.", rule.citation)
        return Verdict((reason,))
    verdict = judge(category, kind, facts, numbers)
    reasons = [
        *verdict.reasons,
        *_unsaid(rule, facts),
        *_of_method(rule, category, kind, facts, numbers, today=today, issuer=issuer, earlier=earlier),
    ]
    if reasons:
        return Verdict(tuple(reasons))
    by_issuer = method == "D" or (method == "E" and earlier is not None and earlier.issuer is not None)
    return verdict._replace(one_issuer=verdict.one_issuer or by_issuer)


def _unsaid(rule: Method, facts: Mapping[str, Any]) -> list[Reason]:
    found = []
    for fact in rule.statements:
        if fact.name not in facts:
            found.append(Reason(fact.name, "REQUIRED", fact.ask, rule.citation))
        elif fact.must is not None and facts[fact.name] != fact.must:
            found.append(Reason(fact.name, "HAS_TO_BE", fact.else_say, rule.citation))
    return found


def _of_method(
    rule: Method,
    category: str,
    kind: Kind,
    facts: Mapping[str, Any],
    numbers: Thresholds,
    *,
    today: date,
    issuer: int | None,
    earlier: Earlier | None,
) -> list[Reason]:
    if rule.code == "D" and facts.get("bought_on", date.min) >= PARAGRAPH_C:
        said = "It counts only if you bought before 23 September 2013. Choose another method."
        return [Reason("bought_on", "TOO_LATE", said, rule.citation)]
    if rule.code == "E":
        if earlier is None or earlier.issuer not in (None, issuer):
            said = "You have not been verified by evidence before. Choose another method."
            return [Reason("method", "NOT_VERIFIED_BEFORE", said, rule.citation)]
        if today > good_until("E", verified_on=today, numbers=numbers, earlier=earlier):
            said = f"You were last verified on {earlier.verified_on}: too long ago. Choose another method."
            return [Reason("method", "TOO_LONG_AGO", said, rule.citation)]
    least = minimum_investment(category, kind, facts, numbers)
    if rule.code == "F" and "invests" in facts and facts["invests"] < least:
        said = f"The minimum investment is {dollars(least)}. Choose another method for less."
        return [Reason("invests", "TOO_LITTLE", said, rule.citation)]
    return []
