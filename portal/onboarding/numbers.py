"""Whether a taxpayer's or a document's number can be one at all: its form and its check digit. Whose it is
only its issuer knows.

The forms are python-stdnum's; a country that is not among them is held to a light rule.
"""

import re
from dataclasses import dataclass
from importlib import import_module

from stdnum.exceptions import ValidationError
from stdnum.us import atin, ein, itin, ssn


@dataclass(frozen=True, slots=True)
class Problem:
    """Why it cannot be: ``code`` for machines, ``message`` for people."""

    code: str
    message: str


# Which of python-stdnum's numbers a country's tax office goes by, of people and of companies (OECD, tax
# identification numbers by jurisdiction).
FOREIGN = {
    "AR": ["ar.cuit"], "AT": ["at.tin"], "AU": ["au.tfn", "au.abn"], "BE": ["be.nn", "be.vat"],
    "BG": ["bg.egn", "bg.vat"], "BR": ["br.cpf", "br.cnpj"], "CA": ["ca.sin", "ca.bn"],
    "CH": ["ch.ssn", "ch.uid"], "CL": ["cl.rut"], "CN": ["cn.ric", "cn.uscc"], "CO": ["co.nit"],
    "CZ": ["cz.rc", "cz.dic"], "DE": ["de.idnr", "de.stnr"], "DK": ["dk.cpr", "dk.cvr"],
    "EE": ["ee.ik", "ee.registrikood"], "ES": ["es.nif"], "FI": ["fi.hetu", "fi.ytunnus"],
    "FR": ["fr.nif", "fr.siren"], "GB": ["gb.utr"], "GR": ["gr.vat"], "HR": ["hr.oib"],
    "IE": ["ie.pps", "ie.vat"], "IL": ["il.idnr", "il.hp"], "IN": ["in_.pan"], "IS": ["is_.kennitala"],
    "IT": ["it.codicefiscale"], "JP": ["jp.in_", "jp.cn"], "KR": ["kr.rrn", "kr.brn"],
    "LT": ["lt.asmens"], "LV": ["lv.pvn"], "MX": ["mx.rfc"], "NL": ["nl.bsn"],
    "NO": ["no.fodselsnummer", "no.orgnr"], "NZ": ["nz.ird"], "PE": ["pe.ruc"],
    "PL": ["pl.pesel", "pl.nip"], "PT": ["pt.nif"], "RO": ["ro.cnp", "ro.cui"],
    "SE": ["se.personnummer", "se.orgnr"], "SI": ["si.ddv"], "SK": ["sk.rc", "sk.dph"],
    "TH": ["th.pin", "th.tin"], "TR": ["tr.tckimlik", "tr.vkn"], "UA": ["ua.rntrc", "ua.edrpou"],
    "UY": ["uy.rut"], "VN": ["vn.mst"], "ZA": ["za.tin"],
}  # fmt: skip
# A British national insurance number is a taxpayer's number too, and python-stdnum has no form of it.
NATIONAL_INSURANCE = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
ANY_TIN = re.compile(r"(?=.*[0-9])[A-Z0-9]{4,20}")
ID_NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9]{4,20}")
US_PASSPORT = re.compile(r"[A-Z]?[0-9]{8}|[0-9]{9}")

US_KINDS = {"SSN": ssn, "ITIN": itin, "EIN": ein, "ATIN": atin}
EXAMPLES = {"SSN": "536-90-4399", "ITIN": "912-90-3456", "EIN": "91-1144442", "ATIN": "914-93-1234"}
NAMES = {
    "SSN": "a Social Security number",
    "ITIN": "an individual taxpayer number (ITIN)",
    "EIN": "an employer identification number (EIN)",
    "ATIN": "an adoption taxpayer number (ATIN)",
}


def plain(number: str) -> str:
    """Without what people write between: two of a kind are the same if these are."""
    return re.sub(r"[\s./–-]", "", number).upper()


def tin_problem(number: str, *, kind: str, country: str) -> Problem | None:
    """Of a taxpayer's number: ``kind`` SSN, ITIN, EIN or ATIN of the United States, or FOREIGN of
    ``country`` (ISO 3166)."""
    if not plain(number):
        return Problem("TIN_MISSING", "Give the taxpayer number.")
    if kind in US_KINDS:
        if not US_KINDS[kind].is_valid(number.strip()):
            return Problem(
                "TIN_NOT_VALID",
                f"This cannot be {NAMES[kind]}: it is written like {EXAMPLES[kind]}. Look for a slip.",
            )
        return None
    if not ANY_TIN.fullmatch(plain(number)):
        return Problem("TIN_NOT_VALID", "A taxpayer number has 4 to 20 letters and digits. Look for a slip.")
    forms = FOREIGN.get(country, [])
    if not forms or any(_fits(number, form) for form in forms):
        return None
    if country == "GB" and NATIONAL_INSURANCE.fullmatch(plain(number)):
        return None
    return Problem(
        "TIN_NOT_VALID",
        "This cannot be a taxpayer number of that country (form or check digit). Look for a slip.",
    )


def id_number_problem(number: str, *, kind: str, country: str) -> Problem | None:
    """Of a document: ``kind`` PASSPORT, DRIVING_LICENCE or ID_CARD, issued by ``country``."""
    bare = plain(number)
    if not bare:
        return Problem("ID_NUMBER_MISSING", "Give the document’s number.")
    if kind == "PASSPORT" and country == "US" and not US_PASSPORT.fullmatch(bare):
        return Problem(
            "ID_NUMBER_NOT_VALID",
            "A passport of the United States has nine digits, or a letter and eight digits. Look for a slip.",
        )
    if kind == "PASSPORT" and len(bare) > 9:
        return Problem("ID_NUMBER_NOT_VALID", "A passport’s number has at most nine letters and digits.")
    if not ID_NUMBER.fullmatch(bare):
        return Problem("ID_NUMBER_NOT_VALID", "A document’s number has 4 to 20 letters and digits.")
    return None


def _fits(number: str, form: str) -> bool:
    try:
        import_module(f"stdnum.{form}").validate(number.strip())
    except ValidationError:
        return False
    return True
