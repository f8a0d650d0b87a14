"""Investor classes: what an offering's exemption may ask of a buyer."""

from enum import StrEnum


class InvestorClass(StrEnum):
    """The class a listing is opened to. An account has exactly one."""

    RETAIL = "RETAIL"  # a natural person without accreditation
    ACCREDITED = "ACCREDITED"  # 17 CFR 230.501(a)
    QIB = "QIB"  # qualified institutional buyer, 17 CFR 230.144A(a)(1)
    NON_US = "NON_US"  # not a U.S. person, 17 CFR 230.902(k)
