"""Who is an accredited investor, and how it is verified: every category and method, at its edges."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from portal.onboarding.accreditation import (
    CATEGORIES,
    METHODS,
    Earlier,
    Owner,
    Thresholds,
    Verdict,
    Whose,
    categories_of,
    counted_home_debt,
    evidence_of,
    facts_of,
    good_until,
    judge,
    methods_of,
    minimum_investment,
    read,
    statements_of,
    verify,
)
from portal.onboarding.kinds import ApplicantKind as Kind

# As of late 2026; cents.
NUMBERS = Thresholds(
    net_worth=1_000_000_00, income=200_000_00, joint_income=300_000_00, home_debt_days=60,
    plan_assets=5_000_000_00, entity_assets=5_000_000_00, trust_assets=5_000_000_00,
    investments=5_000_000_00, family_office=5_000_000_00, evidence_months=3, good_days=90, again_years=5,
    minimum_person=200_000_00, minimum_entity=1_000_000_00, minimum_owner=200_000_00, few_owners=5,
)  # fmt: skip
TODAY = date(2026, 11, 24)
Facts = dict[str, Any]

NO_HOME: Facts = {
    "home_value": 0, "home_debt": 0, "home_debt_before": 0, "home_debt_for_purchase": False,
}  # fmt: skip
# Facts by which an applicant just is accredited, by category, and of which kind they are.
JUST: dict[str, tuple[Kind, Facts]] = {
    "AI01": (Kind.CORPORATION, {"institution": "BANK", "registration": "FDIC 1"}),
    "AI02": (Kind.CORPORATION, {"is_private_bdc": True, "registration": "814-1"}),
    "AI03": (Kind.LLC, {"assets": 5_000_000_01, "formed_for_purchase": False}),
    "AI04": (Kind.INDIVIDUAL, {"issuer": "Acme, Inc.", "office": "DIRECTOR"}),
    "AI05": (Kind.INDIVIDUAL, {"with_spouse": False, "assets": 1_000_000_01, "liabilities": 0, **NO_HOME}),
    "AI06": (
        Kind.INDIVIDUAL,
        {
            "with_spouse": False, "income_last_year": 200_000_01, "income_year_before": 200_000_01,
            "income_expected": 200_000_01,
        },
    ),
    "AI07": (
        Kind.TRUST,
        {"assets": 5_000_000_01, "formed_for_purchase": False, "director": "T", "is_sophisticated": True},
    ),
    "AI08": (Kind.LLC, {"owners": (Owner("A", "AI06", True), Owner("B, Inc.", "AI03", False))}),
    "AI09": (
        Kind.CORPORATION,
        {"is_other_type": True, "investments": 5_000_000_01, "formed_for_purchase": False},
    ),
    "AI10": (Kind.INDIVIDUAL, {"licence": "SERIES_65", "crd_number": "1", "in_good_standing": True}),
    "AI11": (Kind.INDIVIDUAL, {"issuer": "Fund", "position": "Analyst", "is_knowledgeable": True}),
    "AI12": (
        Kind.LLC,
        {
            "is_family_office": True, "assets": 5_000_000_01, "formed_for_purchase": False, "director": "D",
            "is_sophisticated": True,
        },
    ),
    "AI13": (
        Kind.TRUST, {"family_office": "O", "office_is_accredited": True, "office_directs": True},
    ),
}  # fmt: skip


def judged(category: str, kind: Kind | None = None, /, **changes: Any) -> Verdict:
    usual, facts = JUST[category]
    return judge(category, kind or usual, facts | changes, NUMBERS)


def at_fault(verdict: Verdict) -> list[tuple[str, str]]:
    return [(reason.field, reason.code) for reason in verdict.reasons]


# --- Categories: 17 CFR 230.501(a) --------------------------------------------------------------------------


def test_there_are_thirteen_each_citing_its_paragraph_of_17_cfr_230_501_a() -> None:
    assert list(CATEGORIES) == [f"AI{n:02}" for n in range(1, 14)]
    for n, category in enumerate(CATEGORIES.values(), 1):
        assert category.citation == f"17 CFR 230.501(a)({n})"


@pytest.mark.parametrize("category", JUST)
def test_who_just_meets_a_category_of_17_cfr_230_501_a_is_accredited(category: str) -> None:
    verdict = judged(category)
    assert verdict.holds and verdict.basis
    assert verdict.one_issuer is (category in ("AI04", "AI11"))


@pytest.mark.parametrize(
    ("category", "field"),
    [
        ("AI03", "assets"),
        ("AI05", "assets"),
        ("AI06", "income_last_year"),
        ("AI06", "income_year_before"),
        ("AI06", "income_expected"),
        ("AI07", "assets"),
        ("AI09", "investments"),
        ("AI12", "assets"),
    ],
)
def test_the_exact_amount_is_not_in_excess_of_it_17_cfr_230_501_a_3_5_6_7_9_12(
    category: str, field: str
) -> None:
    """Just over it, by one cent, is: see above."""
    exactly = JUST[category][1][field] - 1
    assert at_fault(judged(category, **{field: exactly})) == [(field, "NOT_OVER")]


@pytest.mark.parametrize(
    ("category", "field"),
    [
        (category, fact.name)
        for category, (kind, facts) in JUST.items()
        for fact in facts_of(category, kind)
        if fact.must is not None and fact.is_asked(facts)
    ],
)
def test_each_statement_of_a_category_has_to_be_so_17_cfr_230_501_a(category: str, field: str) -> None:
    verdict = judged(category, **{field: not JUST[category][1][field]})
    assert at_fault(verdict) == [(field, "HAS_TO_BE")]
    assert verdict.reasons[0].message and verdict.reasons[0].citation == CATEGORIES[category].citation


@pytest.mark.parametrize("category", JUST)
def test_what_is_not_said_is_asked_for_not_guessed(category: str) -> None:
    kind, facts = JUST[category]
    for name in facts:
        left = {key: value for key, value in facts.items() if key != name}
        assert (name, "REQUIRED") in at_fault(judge(category, kind, left, NUMBERS))


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("AI05", Kind.LLC),
        ("AI06", Kind.TRUST),
        ("AI07", Kind.LLC),
        ("AI03", Kind.INDIVIDUAL),
        ("AI09", Kind.TRUST),
    ],
)
def test_a_category_is_of_its_own_kinds_of_applicants(category: str, kind: Kind) -> None:
    assert at_fault(judged(category, kind)) == [("category", "WRONG_KIND")]
    assert category not in [found.code for found in categories_of(kind)]


def test_a_plan_counts_by_assets_over_5_million_17_cfr_230_501_a_1() -> None:
    plan = {"institution": "LARGE_PLAN", "assets": 5_000_000_00}
    assert at_fault(judge("AI01", Kind.TRUST, plan, NUMBERS)) == [("assets", "NOT_OVER")]
    assert judge("AI01", Kind.TRUST, plan | {"assets": 5_000_000_01}, NUMBERS).holds


@pytest.mark.parametrize(
    ("institution", "field"),
    [("FIDUCIARY_PLAN", "fiduciary_decides"), ("SELF_DIRECTED_PLAN", "accredited_decide")],
)
def test_or_a_plan_counts_by_who_decides_17_cfr_230_501_a_1(institution: str, field: str) -> None:
    assert judge("AI01", Kind.TRUST, {"institution": institution, field: True}, NUMBERS).holds
    assert not judge("AI01", Kind.TRUST, {"institution": institution, field: False}, NUMBERS).holds


def test_only_a_business_trust_counts_as_a_company_17_cfr_230_501_a_3() -> None:
    assert at_fault(judged("AI03", Kind.TRUST, is_business_trust=False)) == [
        ("is_business_trust", "HAS_TO_BE")
    ]
    assert judged("AI03", Kind.TRUST, is_business_trust=True).holds


def home(value: int, debt: int, before: int, for_purchase: bool = False) -> Facts:
    amounts = {"home_value": value, "home_debt": debt, "home_debt_before": before}
    return {name: amount * 100 for name, amount in amounts.items()} | {"home_debt_for_purchase": for_purchase}


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        (home(500, 500, 500), 0),  # debt up to the home's value
        (home(500, 501, 501), 1),  # above it
        (home(500, 400, 300), 100),  # added within 60 days
        (home(500, 400, 300, for_purchase=True), 0),  # … to buy the home
        (home(500, 600, 300, for_purchase=True), 100),  # … but above its value all the same
        (home(500, 600, 450), 150),  # added within it 50, above it 100
        (home(500, 600, 550), 100),  # all that was added is above it: once
        (home(500, 300, 400), 0),  # paid back
        (home(0, 100, 100), 100),
    ],
)
def test_debt_on_the_home_counts_above_its_value_and_if_added_17_cfr_230_501_a_5_i_b_c(
    facts: Facts, counted: int
) -> None:
    assert counted_home_debt(facts) == counted * 100


def test_neither_the_home_nor_debt_up_to_its_value_counts_17_cfr_230_501_a_5_i_a() -> None:
    assert judged("AI05", **home(9_000_000, 9_000_000, 9_000_000)).holds
    assert not judged("AI05", **home(9_000_000, 9_000_001, 9_000_001)).holds


def test_liabilities_and_debt_added_bring_net_worth_to_the_edge_17_cfr_230_501_a_5() -> None:
    facts = {"assets": 1_200_000_00, "liabilities": 100_000_00}
    assert not judged("AI05", **facts, **home(500_000, 300_000, 200_000)).holds  # exactly a million
    assert judged("AI05", **facts | {"liabilities": 99_999_99}, **home(500_000, 300_000, 200_000)).holds


def test_joint_income_has_its_own_amount_17_cfr_230_501_a_6() -> None:
    names = ("income_last_year", "income_year_before", "income_expected")
    exactly = dict.fromkeys(names, 300_000_00)
    assert at_fault(judged("AI06", with_spouse=True, **exactly)) == [(name, "NOT_OVER") for name in names]
    assert judged("AI06", with_spouse=True, **dict.fromkeys(names, 300_000_01)).holds


@pytest.mark.parametrize("category", ["AI04", "AI10", "AI11", "AI13"])
def test_each_holder_of_a_joint_account_has_to_be_accredited(category: str) -> None:
    assert at_fault(judged(category, Kind.JOINT)) == [("each_holder", "REQUIRED")]
    assert not judged(category, Kind.JOINT, each_holder=False).holds
    assert judged(category, Kind.JOINT, each_holder=True).holds


@pytest.mark.parametrize("category", ["AI05", "AI06"])
def test_joint_holders_who_are_no_spouses_count_alone_17_cfr_230_501_a_5_6(category: str) -> None:
    assert at_fault(judged(category, Kind.JOINT, each_holder=False)) == [("each_holder", "HAS_TO_BE")]
    names = ("assets", "income_last_year", "income_year_before", "income_expected")
    both = dict.fromkeys(names, 1_000_000_01) | {"with_spouse": True}
    assert judged(category, Kind.JOINT, **both).holds, "spouses are not asked whether each is"


def test_an_entity_is_looked_through_to_all_its_owners_17_cfr_230_501_a_8() -> None:
    owners = [Owner("A", "AI06", True), Owner("B", "", True)]
    assert at_fault(judged("AI08", owners=tuple(owners))) == [("owners", "OWNER_NOT_ACCREDITED")]
    for wrong in (Owner("A", "AI03", True), Owner("B, Inc.", "AI06", False)):
        assert at_fault(judged("AI08", owners=(wrong,))) == [("owners", "WRONG_CATEGORY")]


def test_an_owner_looked_through_in_turn_is_named_by_its_own_owners_17_cfr_230_501_a_8() -> None:
    row = {"name": "B, Inc.", "category": "AI08", "is_person": False}
    _, problems = read(facts_of("AI08", Kind.LLC), {"owners": [row]})
    assert [(problem.field, problem.code) for problem in problems] == [("owners", "INVALID")]


def test_the_words_name_the_amounts_of_the_day() -> None:
    raised = NUMBERS._replace(net_worth=2_500_000_00, home_debt_days=90)
    asked = {fact.name: raised.said_in(fact.ask) for fact in facts_of("AI05", Kind.IRA)}
    assert "over $2,500,000 without" in raised.said_in(CATEGORIES["AI05"].words)
    assert asked["home_debt_before"] == "How much was it 90 days ago?"
    for words in [c.words for c in CATEGORIES.values()] + [m.words for m in METHODS.values()]:
        assert "{" not in NUMBERS.said_in(words)


# --- Answers as they come -----------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [None, "", "-1", "1.005", "1e400", "NaN", "a lot", 5, "9" * 20, True])
def test_an_amount_that_is_none_is_refused(raw: Any) -> None:
    facts, problems = read(facts_of("AI03", Kind.LLC), {"assets": raw, "formed_for_purchase": False})
    assert ([problem.field for problem in problems], "assets" in facts) == (["assets"], False)


def test_answers_become_values_and_only_what_is_asked_is_read() -> None:
    raw = {"institution": "LARGE_PLAN", "registration": "not asked of a plan", "assets": "5000000.01"}
    facts, problems = read(facts_of("AI01", Kind.TRUST), raw)
    assert (facts, problems) == ({"institution": "LARGE_PLAN", "assets": 5_000_000_01}, [])


@pytest.mark.parametrize(
    "raw",
    [
        {"institution": ["BANK"]},
        {"institution": "SHOP"},
        {"institution": "BANK", "registration": " "},
        {"institution": "BANK", "registration": "x" * 201},
        {"institution": "FIDUCIARY_PLAN", "fiduciary_decides": "yes"},
    ],
)
def test_nonsense_is_refused_where_it_stands(raw: Mapping[str, Any]) -> None:
    assert len(read(facts_of("AI01", Kind.TRUST), raw)[1]) == 1


@pytest.mark.parametrize(
    "rows", [[], "x", [5], [{"name": "A"}], [{"name": "A", "category": 5, "is_person": True}]]
)
def test_owners_are_rows_of_their_own_shape(rows: Any) -> None:
    assert len(read(facts_of("AI08", Kind.LLC), {"owners": rows})[1]) == 1


# --- Methods: 17 CFR 230.506(c)(2)(ii) ----------------------------------------------------------------------


SAID: dict[str, Facts] = {
    "A": {"expects_income": True},
    "B": {"all_disclosed": True},
    "C": {},
    "D": {"bought_on": date(2013, 9, 22), "still_holds": True, "still_accredited": True},
    "E": {"still_accredited": True},
    "F": {"invests": 200_000_00, "own_money": True, "still_accredited": True},
}
EARLIER = Earlier(date(2024, 2, 29))


def verified(method: str, category: str = "", /, **changes: Any) -> Verdict:
    category = category or ("AI06" if method == "A" else "AI05")
    kind, facts = JUST[category]
    terms: dict[str, Any] = {"today": TODAY, "earlier": EARLIER if method == "E" else None}
    for name in set(changes) & {"today", "earlier", "issuer"}:
        terms[name] = changes.pop(name)
    return verify(method, category, kind, facts | SAID[method] | changes, NUMBERS, **terms)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_of_17_cfr_230_506_c_verifies(method: str) -> None:
    verdict = verified(method)
    assert verdict.holds
    assert verdict.one_issuer is (method == "D")


@pytest.mark.parametrize(
    ("method", "field"),
    [(method, fact.name) for method in METHODS for fact in statements_of(method) if fact.must is not None],
)
def test_each_statement_has_to_be_made_17_cfr_230_506_c_2_ii(method: str, field: str) -> None:
    assert at_fault(verified(method, **{field: False})) == [(field, "HAS_TO_BE")]


def test_a_method_verifies_only_who_is_accredited() -> None:
    assert at_fault(verified("B", assets=1_000_000_00)) == [("assets", "NOT_OVER")]


@pytest.mark.parametrize(("method", "category"), [("A", "AI05"), ("B", "AI06"), ("D", "AI03"), ("E", "AI08")])
def test_a_method_shows_what_it_can_and_a_to_e_natural_persons_17_cfr_230_506_c_2_ii(
    method: str, category: str
) -> None:
    assert at_fault(verified(method, category)) == [("method", "WRONG_METHOD")]
    assert METHODS[method] not in methods_of(category, JUST[category][0], earlier=EARLIER)


def test_d_is_of_those_who_bought_before_23_september_2013_17_cfr_230_506_c_2_ii_d() -> None:
    assert at_fault(verified("D", bought_on=date(2013, 9, 23))) == [("bought_on", "TOO_LATE")]
    assert verified("D", bought_on=date(2013, 9, 22)).holds


def test_e_is_offered_to_those_verified_before_alone_17_cfr_230_506_c_2_ii_e() -> None:
    offered = [[m.code for m in methods_of("AI06", Kind.IRA, earlier=e)] for e in (None, EARLIER)]
    assert offered == [["A", "C", "D", "F"], ["A", "C", "D", "E", "F"]]
    assert at_fault(verified("E", earlier=None)) == [("method", "NOT_VERIFIED_BEFORE")]


def test_e_counts_for_the_same_issuer_alone_17_cfr_230_506_c_2_ii_e() -> None:
    by_seven = Earlier(date(2026, 1, 1), issuer=7)
    assert verified("E", earlier=by_seven, issuer=7).one_issuer
    assert verified("E", earlier=by_seven, issuer=7).holds
    assert at_fault(verified("E", earlier=by_seven, issuer=8)) == [("method", "NOT_VERIFIED_BEFORE")]
    assert at_fault(verified("E", earlier=by_seven)) == [("method", "NOT_VERIFIED_BEFORE")]


@pytest.mark.parametrize(
    ("verified_on", "last"),
    [
        (date(2024, 2, 29), date(2029, 3, 1)),  # no 29 February in 2029
        (date(2024, 2, 28), date(2029, 2, 28)),
        (date(2023, 12, 31), date(2028, 12, 31)),
    ],
)
def test_e_is_good_five_years_from_the_verification_17_cfr_230_506_c_2_ii_e(
    verified_on: date, last: date
) -> None:
    earlier = Earlier(verified_on)
    assert good_until("E", verified_on=TODAY, numbers=NUMBERS, earlier=earlier) == last
    assert verified("E", earlier=earlier, today=last).holds
    after = date.fromordinal(last.toordinal() + 1)
    assert at_fault(verified("E", earlier=earlier, today=after)) == [("method", "TOO_LONG_AGO")]


@pytest.mark.parametrize("method", "ABCDF")
def test_all_others_are_good_90_days_by_house_rule(method: str) -> None:
    assert good_until(method, verified_on=date(2027, 12, 15), numbers=NUMBERS) == date(2028, 3, 14)
    assert good_until(method, verified_on=date(2026, 12, 15), numbers=NUMBERS) == date(2027, 3, 15)


def test_f_is_200000_of_a_person_and_a_million_of_an_entity_staff_letter_12_march_2025() -> None:
    assert at_fault(verified("F", invests=199_999_99)) == [("invests", "TOO_LITTLE")]
    assert verified("F", "AI03", invests=1_000_000_00).holds
    assert at_fault(verified("F", "AI03", invests=999_999_99)) == [("invests", "TOO_LITTLE")]


@pytest.mark.parametrize(
    ("persons", "entities", "least"),
    [(1, 0, 200_000_00), (4, 0, 800_000_00), (5, 0, 1_000_000_00), (1, 1, 1_000_000_00)],
)
def test_f_of_few_owners_all_natural_persons_is_200000_each_staff_letter_12_march_2025(
    persons: int, entities: int, least: int
) -> None:
    owners = (Owner("A", "AI06", True),) * persons + (Owner("B", "AI03", False),) * entities
    assert minimum_investment("AI08", Kind.LLC, {"owners": owners}, NUMBERS) == least
    assert verified("F", "AI08", owners=owners, invests=least).holds
    assert not verified("F", "AI08", owners=owners, invests=least - 1).holds


# --- Evidence -----------------------------------------------------------------------------------------------


def evidence(method: str, category: str, kind: Kind, today: date = TODAY) -> list[Any]:
    return evidence_of(method, category, kind, today, NUMBERS)


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 12, 31), [2025, 2024]),
        (date(2027, 1, 1), [2026, 2025]),
        (date(2028, 2, 29), [2027, 2026]),
    ],
)
def test_a_needs_tax_forms_of_the_two_last_calendar_years_17_cfr_230_506_c_2_ii_a(
    today: date, years: list[int]
) -> None:
    needed = evidence("A", "AI06", Kind.INDIVIDUAL, today)
    assert [(n.kinds, n.tax_year, n.months) for n in needed] == [
        (("TAX_RETURN",), year, None) for year in years
    ]
    assert needed[0].is_met_by(kind="TAX_RETURN", tax_year=years[0], dated=None, today=today)
    assert not needed[0].is_met_by(kind="TAX_RETURN", tax_year=years[1], dated=None, today=today)
    assert not needed[0].is_met_by(kind="ASSETS", tax_year=years[0], dated=None, today=today)


def test_b_needs_statements_and_a_credit_report_17_cfr_230_506_c_2_ii_b() -> None:
    needed = evidence("B", "AI05", Kind.INDIVIDUAL)
    assert [(n.kinds, n.months) for n in needed] == [(("ASSETS",), 3), (("CREDIT_REPORT",), 3)]


def test_c_needs_a_letter_17_cfr_230_506_c_2_ii_c() -> None:
    [needed] = evidence("C", "AI10", Kind.IRA)
    assert (needed.kinds, needed.months) == (("LETTER",), 3)


@pytest.mark.parametrize(
    ("dated", "today", "fresh"),
    [
        (date(2026, 8, 24), TODAY, True),  # three months to the day
        (date(2026, 8, 23), TODAY, False),
        (TODAY, TODAY, True),
        (date(2026, 11, 25), TODAY, False),  # of tomorrow
        (date(2027, 11, 30), date(2028, 2, 29), True),  # the last day of a leap February
        (date(2027, 11, 30), date(2028, 3, 1), False),
        (date(2026, 11, 30), date(2027, 2, 28), True),
        (date(2026, 11, 30), date(2027, 3, 1), False),
        (date(2026, 10, 31), date(2027, 1, 31), True),  # over the year's end
        (None, TODAY, False),
    ],
)
def test_b_and_c_take_nothing_older_than_three_months_17_cfr_230_506_c_2_ii_b_c(
    dated: date | None, today: date, fresh: bool
) -> None:
    [needed] = evidence("C", "AI05", Kind.INDIVIDUAL, today)
    assert needed.is_met_by(kind="LETTER", tax_year=None, dated=dated, today=today) is fresh


def test_d_needs_what_shows_the_purchase_and_e_nothing_17_cfr_230_506_c_2_ii_d_e() -> None:
    [needed] = evidence("D", "AI05", Kind.INDIVIDUAL)
    assert (needed.kinds, needed.months) == (("ASSETS", "OTHER"), None)
    assert evidence("E", "AI05", Kind.INDIVIDUAL) == []


def test_f_needs_statements_and_of_owners_their_register_staff_letter_12_march_2025() -> None:
    assert evidence("F", "AI05", Kind.INDIVIDUAL) == []
    assert [n.kinds for n in evidence("F", "AI08", Kind.LLC)] == [("OWNERSHIP",)]


def test_of_a_joint_account_each_holder_shows_it() -> None:
    assert {n.whose for n in evidence("B", "AI05", Kind.JOINT)} == {Whose.EACH_HOLDER}


def test_of_an_entity_looked_through_each_owner_shows_it_17_cfr_230_501_a_8() -> None:
    register, owners = evidence("B", "AI08", Kind.LLC)
    assert (register.kinds, register.whose) == (("OWNERSHIP",), Whose.APPLICANT)
    assert (owners.whose, "TAX_RETURN" in owners.kinds) == (Whose.EACH_OWNER, True)


@pytest.mark.parametrize("category", JUST)
def test_every_category_can_be_shown_by_every_method_open_to_it(category: str) -> None:
    for kind in CATEGORIES[category].kinds:
        for method in methods_of(category, kind, earlier=EARLIER):
            needed = evidence(method.code, category, kind)
            assert needed or method.code in "EF"
            assert all(n.why and n.citation for n in needed)
