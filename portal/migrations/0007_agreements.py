"""Agreements to sign, what is asked of applicants, and of which countries nobody is taken."""

from django.db import migrations

FROM = "2024-01-01"

# Rule, value, unit, effective from, citation, sourced.
RULES = [
    ("KYC-AGE-LEAST", 18, "years", FROM, "House rule, as live venues have it", "HOUSE"),
    ("KYC-AGE-MOST", 120, "years", FROM, "House rule: a slip, not an age", "HOUSE"),
    ("KYC-OWNER-PERCENT", 25, "percent", "2018-05-11", "31 CFR 1010.230(d)(1)", "PRIMARY"),
    ("REVIEW-AIM", 2, "business days", FROM, "House rule: what applicants are told", "HOUSE"),
]

# Country, standing, effective from, citation, sourced.
COUNTRIES = [
    ("CU", "DENIED", FROM, "31 CFR part 515 (Cuba)", "SECONDARY"),
    ("IR", "DENIED", FROM, "31 CFR part 560 (Iran)", "SECONDARY"),
    ("KP", "DENIED", FROM, "31 CFR part 510 (North Korea)", "SECONDARY"),
    # Its programme as a whole ended in 2025; listed persons stay listed.
    ("SY", "DENIED", FROM, "31 CFR part 542 (Syria)", "SECONDARY"),
    ("SY", "REVIEW", "2025-07-01", "Executive Order 14312; house rule", "SECONDARY"),
    # Parts of these are sanctioned, and an address does not always tell which.
    ("RU", "REVIEW", FROM, "31 CFR part 587; house rule", "HOUSE"),
    ("BY", "REVIEW", FROM, "31 CFR part 548; house rule", "HOUSE"),
    ("UA", "REVIEW", FROM, "31 CFR part 589: regions of Ukraine; house rule", "HOUSE"),
    ("VE", "REVIEW", FROM, "31 CFR part 591; house rule", "HOUSE"),
    ("MM", "REVIEW", FROM, "31 CFR part 525; house rule", "HOUSE"),
]

CUSTOMER = """\
1. You open an account with Meridian ATS, an alternative trading system operated by a broker-dealer. Nothing \
here is a recommendation: you decide alone what to buy and sell.
2. You confirm that what you told us is true and complete, and you tell us without delay when it changes.
3. Your orders are orders of yours however they reach us: through this site, or by keys you made. Keep both \
to yourself. You may cancel an order as long as it has not been executed.
4. A trade is a contract between buyer and seller. It settles when cash and securities change hands on our \
books; until then it may fail, and we tell you why. A trade entered by obvious error may be undone by two \
people at the venue under our published rules.
5. Securities traded here may be restricted by law. We refuse orders the law does not let you enter, and say \
which rule it is.
6. Your cash is kept apart from ours. We pay no interest on it. You may withdraw what is settled and not \
held to a bank account of your own.
7. We may suspend the account where the law asks us to, where we cannot verify who you are, or where orders \
endanger the market. You may close it at any time.
8. Fees are those published on the day of the trade; we tell you of a change at least 30 days before.
9. We keep records of what you do here as long as the law asks, and show them to regulators.
"""

DELIVERY = """\
1. You agree to receive confirmations, statements, tax forms, notices and changes of agreements \
electronically: on this site, with a message to your e-mail address that something is there.
2. You need a current web browser, an e-mail address that reaches you, and a program that opens PDF files.
3. You may ask for a paper copy of any document, and you may end this consent at any time in your settings \
or by writing to us. It ends within five business days; what was delivered before stays delivered.
4. Tell us when your e-mail address changes. Where messages come back to us we write by post.
"""

RISKS = """\
1. What is traded here is illiquid. There may be no buyer for days, months, or ever. You may not be able to \
sell when you want to, or at a price near the last one.
2. You may lose all you put in. Put in only what you can do without for years.
3. Most issuers here are young or small and publish far less than companies listed on an exchange. What you \
read may be out of date.
4. Many securities are restricted: the law may forbid you to sell for six months, a year or longer, or to \
anybody who is not accredited.
5. A token records a security; it is not money, and losing access to it does not by itself lose the \
security. The registrar's record decides who the holder is.
6. Prices may move far between trades. Trading may be halted, and orders may stay unexecuted.
7. Nobody insures you against loss. The protection of customers of broker-dealers (SIPC) covers missing cash \
and securities within limits, never a fall in value, and may not cover every security traded here.
"""

PRIVACY = """\
1. What we collect: who you are, your addresses, taxpayer and document numbers, your finances, your \
documents, and what you do here.
2. Why: to verify your identity as the law asks, to open and keep your account, to settle trades, to report \
taxes, and to find fraud and abuse of the market.
3. Whom we share it with: those who need it for that - issuers and their registrars (as holder of their \
securities), custodians, banks, providers who check identities - and regulators and courts where the law \
asks. We sell it to nobody, and share it with nobody for their marketing, so there is nothing to opt out of.
4. How it is protected: taxpayer and document numbers and documents are encrypted, few people may look, and \
every look is recorded with its purpose. If your data was reached by somebody who may not, we tell you \
within 30 days.
5. How long: as long as the law asks, mostly six years after the account is closed, then it is destroyed. \
You may export what we hold of you at any time.
This is the notice of Regulation S-P (17 CFR part 248).
"""

CRS = """\
You confirm that you received our relationship summary (Form CRS, 17 CFR 240.17a-14), which says in short:
1. We are a broker-dealer registered with the Securities and Exchange Commission. We run a place where you \
trade; we give no advice, recommend nothing, and do not watch over your investments.
2. We are paid by fees on trades, whether you win or lose. The more you trade, the more you pay.
3. We do not trade with you from our own account.
4. Ask us: what fees will I pay? Who are your conflicts of interest with? Has the firm, or anybody at it, \
been disciplined? You find answers at Investor.gov/CRS.
"""

W9 = """\
Under penalties of perjury, I certify that:
1. the number given is my correct taxpayer identification number;
2. I am not subject to backup withholding because I am exempt from it, or have not been notified by the \
Internal Revenue Service that I am subject to it, or have been notified that I am no longer subject to it;
3. I am a U.S. citizen or other U.S. person; and
4. no exemption from FATCA reporting is claimed.
This is the certification of Form W-9. Of a company or trust it is given by who may sign for it.
"""

W8 = """\
Under penalties of perjury, I declare that I have examined what I gave here and that it is true, correct \
and complete, and I certify that:
1. I am the beneficial owner of the income it relates to, or sign for them;
2. the person named is not a U.S. person;
3. the income is not effectively connected with a trade or business in the United States;
4. the person named is a resident of the country given, within the meaning of its income-tax treaty with \
the United States, if a treaty's rate is claimed; and
5. I will submit a new form within 30 days if any of this becomes incorrect.
This is the certification of Form W-8BEN (of companies and trusts, W-8BEN-E). It is good until the end of the \
third calendar year after it is signed.
"""

AGREEMENTS = [
    ("CUSTOMER_AGREEMENT", "Customer agreement", CUSTOMER),
    ("ELECTRONIC_DELIVERY", "Consent to electronic delivery", DELIVERY),
    ("ILLIQUID_RISKS", "Risks of illiquid securities", RISKS),
    ("PRIVACY_NOTICE", "Privacy notice", PRIVACY),
    ("FORM_CRS", "Relationship summary (Form CRS)", CRS),
    ("W9_CERTIFICATION", "Certification of Form W-9", W9),
    ("W8BEN_CERTIFICATION", "Certification of Form W-8BEN", W8),
]


def add_rows(apps, schema_editor):
    rules, countries = apps.get_model("portal", "RuleValue"), apps.get_model("portal", "CountryRule")
    agreements = apps.get_model("portal", "Agreement")
    names = ("rule_id", "value", "unit", "effective_from", "citation", "sourced")
    rules.objects.bulk_create(rules(**dict(zip(names, row, strict=True))) for row in RULES)
    names = ("country", "standing", "effective_from", "citation", "sourced")
    countries.objects.bulk_create(countries(**dict(zip(names, row, strict=True))) for row in COUNTRIES)
    agreements.objects.bulk_create(
        agreements(code=code, title=title, version="2026-1", text=text, in_force_from=FROM)
        for code, title, text in AGREEMENTS
    )


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_accreditation_rules")]

    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
