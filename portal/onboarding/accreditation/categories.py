"""Who is an accredited investor: the thirteen paragraphs of 17 CFR 230.501(a), AI01 to AI13."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from portal.onboarding.accreditation.facts import Fact, Form, Owner, Reason, Thresholds, Verdict, dollars
from portal.onboarding.kinds import ApplicantKind as Kind

Facts = Mapping[str, Any]
PEOPLE = frozenset({Kind.INDIVIDUAL, Kind.JOINT, Kind.IRA})  # an IRA's owner decides, so is asked
ENTITIES = frozenset({Kind.CORPORATION, Kind.LLC, Kind.PARTNERSHIP})
BODIES = ENTITIES | {Kind.TRUST}


class Category(NamedTuple):
    code: str
    title: str
    words: str
    citation: str
    kinds: frozenset[Kind]
    facts: tuple[Fact, ...]
    # Beyond what each fact must be by itself: what they come to together.
    test: Callable[[Facts, Thresholds], list[tuple[str, str, str]]] = lambda facts, numbers: []
    basis: Callable[[Facts, Thresholds], str] = lambda facts, numbers: ""
    # An office at an issuer says nothing about the securities of another.
    one_issuer: bool = False


def _not_formed(whom: str = "it") -> Fact:
    return Fact(
        "formed_for_purchase",
        Form.YES_NO,
        f"Was {whom} formed for the specific purpose of buying the securities?",
        must=False,
        else_say="What was formed for the purchase counts by its owners alone (AI08).",
    )


def _sworn(name: str, ask: str, else_say: str, **more: Any) -> Fact:
    return Fact(name, Form.YES_NO, ask, must=True, else_say=else_say, **more)


def _over(name: str, ask: str, threshold: str, what: str, **more: Any) -> Fact:
    return Fact(name, Form.MONEY, ask, more_than=threshold, else_say=what, **more)


SPOUSE = Fact(
    "with_spouse",
    Form.YES_NO,
    "Are these figures those of you and your spouse or spousal equivalent together?",
)
EACH_HOLDER = _sworn(
    "each_holder",
    "Is all of this true of each of the two holders alone?",
    "Each holder of a joint account has to be accredited.",
    kinds=frozenset({Kind.JOINT}),
)
EACH_UNLESS_SPOUSES = EACH_HOLDER._replace(when=("with_spouse", (False,)))
REGISTERED_AS = Fact("registration", Form.TEXT, "Under which number, and with whom, is it registered?")
DIRECTED_BY = Fact("director", Form.TEXT, "Who decides on its investments?")

INSTITUTIONS = (
    ("BANK", "Bank or savings and loan association"),
    ("BROKER_DEALER", "Registered broker-dealer"),
    ("ADVISER", "Registered or exempt reporting investment adviser"),
    ("INSURER", "Insurance company"),
    ("FUND", "Registered investment company or business development company"),
    ("SBIC", "Small or rural business investment company"),
    ("STATE_PLAN", "Employee plan of a state or its subdivisions"),
    ("FIDUCIARY_PLAN", "Employee benefit plan whose bank, insurer or adviser decides as its fiduciary"),
    ("LARGE_PLAN", "Employee benefit plan by its total assets"),
    ("SELF_DIRECTED_PLAN", "Self-directed plan decided on by accredited investors alone"),
)
OFFICES = (
    ("DIRECTOR", "Director"),
    ("EXECUTIVE_OFFICER", "Executive officer"),
    ("GENERAL_PARTNER", "General partner"),
    ("OF_GENERAL_PARTNER", "Director, executive officer or general partner of its general partner"),
)
LICENCES = (("SERIES_7", "Series 7"), ("SERIES_65", "Series 65"), ("SERIES_82", "Series 82"))


def counted_home_debt(facts: Facts) -> int:
    """What of the debt secured by the home counts: what exceeds its value, and what was added in the days
    before other than to buy it; nothing twice (17 CFR 230.501(a)(5)(i)(B), (C))."""
    debt: int = facts["home_debt"]
    free: int = min(debt, facts["home_value"])
    if not facts["home_debt_for_purchase"]:
        free = min(free, facts["home_debt_before"])
    return debt - free


def net_worth(facts: Facts) -> int:
    worth: int = facts["assets"] - facts["liabilities"] - counted_home_debt(facts)
    return worth


def _test_net_worth(facts: Facts, numbers: Thresholds) -> list[tuple[str, str, str]]:
    if net_worth(facts) > numbers.net_worth:
        return []
    return [
        (
            "assets",
            "NOT_OVER",
            _not_over("Your net worth without your home", net_worth(facts), numbers.net_worth),
        )
    ]


def _basis_net_worth(facts: Facts, numbers: Thresholds) -> str:
    return f"Net worth without the home: {_signed(net_worth(facts))}, over {dollars(numbers.net_worth)}."


def _least_income(facts: Facts, numbers: Thresholds) -> int:
    return numbers.joint_income if facts["with_spouse"] else numbers.income


def _test_income(facts: Facts, numbers: Thresholds) -> list[tuple[str, str, str]]:
    least = _least_income(facts, numbers)
    whose = "Your joint income" if facts["with_spouse"] else "Your income"
    years = {
        "income_last_year": "of last year",
        "income_year_before": "of the year before last",
        "income_expected": "expected this year",
    }
    return [
        (name, "NOT_OVER", _not_over(f"{whose} {when}", facts[name], least))
        for name, when in years.items()
        if facts[name] <= least
    ]


def _basis_income(facts: Facts, numbers: Thresholds) -> str:
    whose = "Joint income" if facts["with_spouse"] else "Income"
    return (
        f"{whose} over {dollars(_least_income(facts, numbers))} in both last years, and expected this year."
    )


def _test_owners(facts: Facts, numbers: Thresholds) -> list[tuple[str, str, str]]:
    return [
        ("owners", "OWNER_NOT_ACCREDITED", f"{owner.name} is not accredited, and every owner has to be.")
        for owner in facts["owners"]
        if not owner.category
    ] + [
        (
            "owners",
            "WRONG_CATEGORY",
            f"{owner.name} cannot be accredited under {owner.category}: choose another.",
        )
        for owner in facts["owners"]
        if owner.category and not _fits(owner)
    ]


def _fits(owner: Owner) -> bool:
    kinds = CATEGORIES[owner.category].kinds
    return bool(kinds & {Kind.INDIVIDUAL}) if owner.is_person else bool(kinds & BODIES)


def _basis_owners(facts: Facts, numbers: Thresholds) -> str:
    return (
        f"Each of its owners is accredited: {', '.join(f'{o.name} ({o.category})' for o in facts['owners'])}."
    )


def _signed(cents: int) -> str:
    return dollars(cents) if cents >= 0 else f"–{dollars(-cents)}"


def _not_over(what: str, cents: int, least: int) -> str:
    return f"{what} is {_signed(cents)}: it has to be more than {dollars(least)}. Another category may fit."


_ALL = (
    Category(
        "AI01", "Institution or plan",
        "Banks, broker-dealers, advisers, insurers, registered funds, and employee plans.",
        "17 CFR 230.501(a)(1)", BODIES,
        (
            Fact("institution", Form.CHOICE, "What is it?", choices=INSTITUTIONS),
            REGISTERED_AS._replace(when=("institution", tuple(code for code, _ in INSTITUTIONS[:6]))),
            _over(
                "assets", "What are the plan’s total assets?", "plan_assets", "The plan’s total assets",
                when=("institution", ("STATE_PLAN", "LARGE_PLAN")),
            ),
            _sworn(
                "fiduciary_decides",
                "Does a bank, insurer or registered adviser decide as its fiduciary?",
                "The plan’s fiduciary has to decide. A plan may count by its total assets instead.",
                when=("institution", ("FIDUCIARY_PLAN",)),
            ),
            _sworn(
                "accredited_decide",
                "Do accredited investors alone decide on its investments?",
                "Nobody else may decide. A plan may count by its total assets instead.",
                when=("institution", ("SELF_DIRECTED_PLAN",)),
            ),
        ),
    ),
    Category(
        "AI02", "Private business development company",
        "As defined in section 202(a)(22) of the Investment Advisers Act.",
        "17 CFR 230.501(a)(2)", BODIES,
        (
            _sworn(
                "is_private_bdc", "Is it a private business development company as defined there?",
                "Choose the category of what it is.",
            ),
            REGISTERED_AS,
        ),
    ),
    Category(
        "AI03", "Company by its assets",
        "A 501(c)(3) organisation, corporation, business trust, partnership or LLC: over {entity_assets}.",
        "17 CFR 230.501(a)(3)", BODIES,
        (
            _sworn(
                "is_business_trust", "Is it a Massachusetts or similar business trust?",
                "Other trusts count under AI07.", kinds=frozenset({Kind.TRUST}),
            ),
            _over("assets", "What are its total assets?", "entity_assets", "Its total assets"),
            _not_formed(),
        ),
    ),
    Category(
        "AI04", "Director, executive officer or general partner of the issuer",
        "For the securities of that issuer alone.",
        "17 CFR 230.501(a)(4)", PEOPLE | ENTITIES,
        (
            Fact("issuer", Form.TEXT, "Of which issuer?"),
            Fact("office", Form.CHOICE, "As what?", choices=OFFICES),
            EACH_HOLDER,
        ),
        one_issuer=True,
    ),
    Category(
        "AI05", "Net worth",
        "Alone or with a spouse or equivalent, over {net_worth} without the home you live in.",
        "17 CFR 230.501(a)(5)", PEOPLE,
        (
            SPOUSE,
            Fact("assets", Form.MONEY, "What do you own, without the home you live in?"),
            Fact("liabilities", Form.MONEY, "What do you owe, without debt secured by that home?"),
            Fact("home_value", Form.MONEY, "What is that home worth? Nought if you own none."),
            Fact("home_debt", Form.MONEY, "How much debt is secured by it today?"),
            Fact("home_debt_before", Form.MONEY, "How much was it {home_debt_days} days ago?"),
            Fact("home_debt_for_purchase", Form.YES_NO, "Was what was added since for buying that home?"),
            EACH_UNLESS_SPOUSES,
        ),
        _test_net_worth, _basis_net_worth,
    ),
    Category(
        "AI06", "Income",
        "Over {income}, with a spouse or equivalent {joint_income}, in two years and expected in this.",
        "17 CFR 230.501(a)(6)", PEOPLE,
        (
            SPOUSE,
            Fact("income_last_year", Form.MONEY, "What was the income of last year?"),
            Fact("income_year_before", Form.MONEY, "What was it the year before?"),
            Fact("income_expected", Form.MONEY, "What do you reasonably expect it to be this year?"),
            EACH_UNLESS_SPOUSES,
        ),
        _test_income, _basis_income,
    ),
    Category(
        "AI07", "Trust by its assets",
        "Total assets over {trust_assets}, its purchases directed by a sophisticated person.",
        "17 CFR 230.501(a)(7)", frozenset({Kind.TRUST}),
        (
            _over("assets", "What are its total assets?", "trust_assets", "Its total assets"),
            _not_formed(),
            DIRECTED_BY,
            _sworn(
                "is_sophisticated",
                "Does that person know finance and business well enough to judge an investment’s risks?",
                "A sophisticated person has to direct the purchase (17 CFR 230.506(b)(2)(ii)).",
            ),
        ),
    ),
    Category(
        "AI08", "Every owner is accredited",
        "Whoever owns a share of it is accredited; owners that are entities are looked through.",
        "17 CFR 230.501(a)(8)", BODIES,
        (
            Fact(
                "owners", Form.OWNERS,
                "Who owns it? Of an owner accredited through its own owners alone, name those instead.",
                choices=tuple((f"AI{n:02}", f"AI{n:02}") for n in range(1, 14) if n != 8),
            ),
        ),
        _test_owners, _basis_owners,
    ),
    Category(
        "AI09", "Other entity by its investments",
        "Of a type not named above, such as a tribe or governmental body: over {investments}.",
        "17 CFR 230.501(a)(9)", ENTITIES,
        (
            _sworn(
                "is_other_type", "Is it of a type the categories above do not name?",
                "Companies and trusts count by their assets or owners: AI03, AI07 or AI08.",
            ),
            _over("investments", "What are its investments worth?", "investments", "What it has invested"),
            _not_formed(),
        ),
    ),
    Category(
        "AI10", "Holder of a licence",
        "Series 7, 65 or 82, in good standing.",
        "17 CFR 230.501(a)(10)", PEOPLE,
        (
            Fact("licence", Form.CHOICE, "Which licence?", choices=LICENCES),
            Fact("crd_number", Form.TEXT, "What is your CRD number?"),
            _sworn("in_good_standing", "Is it in good standing?", "A licence counts in good standing only."),
            EACH_HOLDER,
        ),
    ),
    Category(
        "AI11", "Knowledgeable employee of a private fund",
        "For the securities of that fund alone.",
        "17 CFR 230.501(a)(11)", PEOPLE,
        (
            Fact("issuer", Form.TEXT, "Of which fund?"),
            Fact("position", Form.TEXT, "What is your position there?"),
            _sworn(
                "is_knowledgeable", "Are you a knowledgeable employee as defined in 17 CFR 270.3c-5(a)(4)?",
                "Choose another category.",
            ),
            EACH_HOLDER,
        ),
        one_issuer=True,
    ),
    Category(
        "AI12", "Family office",
        "Over {family_office} under management, its investments directed by a sophisticated person.",
        "17 CFR 230.501(a)(12)", BODIES,
        (
            _sworn(
                "is_family_office", "Is it a family office as defined in 17 CFR 275.202(a)(11)(G)-1?",
                "Choose another category.",
            ),
            _over("assets", "What are its assets under management?", "family_office", "What it manages"),
            _not_formed(),
            DIRECTED_BY,
            _sworn(
                "is_sophisticated",
                "Does that person know finance and business well enough to judge an investment’s risks?",
                "A sophisticated person has to direct the investment.",
            ),
        ),
    ),
    Category(
        "AI13", "Client of a family office",
        "A family client of a family office that is accredited itself and directs the investment.",
        "17 CFR 230.501(a)(13)", PEOPLE | BODIES,
        (
            Fact("family_office", Form.TEXT, "Of which family office?"),
            _sworn("office_is_accredited", "Is that office accredited itself (AI12)?", "It has to be."),
            _sworn("office_directs", "Does it direct your investments here?", "The office has to."),
            EACH_HOLDER,
        ),
    ),
)  # fmt: skip
CATEGORIES = {category.code: category for category in _ALL}


def facts_of(category: str, kind: Kind) -> list[Fact]:
    """What is asked of an applicant of this kind."""
    return [fact for fact in CATEGORIES[category].facts if kind in fact.kinds]


def categories_of(kind: Kind) -> list[Category]:
    return [category for category in _ALL if kind in category.kinds]


def judge(category: str, kind: Kind, facts: Facts, numbers: Thresholds) -> Verdict:
    """Does what is said make this applicant accredited? Facts as ``read`` gives them."""
    rule = CATEGORIES[category]
    if kind not in rule.kinds:
        reason = Reason(
            "category", "WRONG_KIND", f"{rule.title} is not of applicants of your kind.", rule.citation
        )
        return Verdict((reason,))
    asked = [fact for fact in facts_of(category, kind) if fact.is_asked(facts)]
    missing = [Reason(f.name, "REQUIRED", f.ask, rule.citation) for f in asked if f.name not in facts]
    if missing:
        return Verdict(tuple(missing))
    reasons = [
        Reason(*said, rule.citation) for said in (*_each(asked, facts, numbers), *rule.test(facts, numbers))
    ]
    if reasons:
        return Verdict(tuple(reasons))
    return Verdict((), rule.basis(facts, numbers) or _basis(rule, asked, facts, numbers), rule.one_issuer)


def _each(asked: list[Fact], facts: Facts, numbers: Thresholds) -> list[tuple[str, str, str]]:
    """What each fact has to be by itself."""
    found = []
    for fact in asked:
        value = facts[fact.name]
        if fact.must is not None and value != fact.must:
            found.append((fact.name, "HAS_TO_BE", fact.else_say))
        elif fact.more_than and value <= getattr(numbers, fact.more_than):
            said = _not_over(fact.else_say, value, getattr(numbers, fact.more_than))
            found.append((fact.name, "NOT_OVER", said))
    return found


def _basis(rule: Category, asked: list[Fact], facts: Facts, numbers: Thresholds) -> str:
    for fact in asked:
        if fact.more_than:
            least = dollars(getattr(numbers, fact.more_than))
            return f"{fact.else_say}: {dollars(facts[fact.name])}, over {least}."
    return f"{rule.title}."
