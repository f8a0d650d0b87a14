"""The numbers of accredited status, its verification, investors' limits and expiries."""

from django.db import migrations

# Rule, value, unit, effective from, citation, sourced.
INITIAL = [
    ("ACCREDITED-NET-WORTH", 1_000_000, "USD", "1982-04-15", "17 CFR 230.501(a)(5)", "PRIMARY"),
    ("ACCREDITED-INCOME", 200_000, "USD", "1982-04-15", "17 CFR 230.501(a)(6)", "PRIMARY"),
    ("ACCREDITED-JOINT-INCOME", 300_000, "USD", "1988-04-19", "17 CFR 230.501(a)(6)", "PRIMARY"),
    ("ACCREDITED-HOME-DEBT-DAYS", 60, "days", "2012-02-27", "17 CFR 230.501(a)(5)(i)(B)", "PRIMARY"),
    ("ACCREDITED-PLAN-ASSETS", 5_000_000, "USD", "1982-04-15", "17 CFR 230.501(a)(1)", "PRIMARY"),
    ("ACCREDITED-ENTITY-ASSETS", 5_000_000, "USD", "1982-04-15", "17 CFR 230.501(a)(3)", "PRIMARY"),
    ("ACCREDITED-TRUST-ASSETS", 5_000_000, "USD", "1988-04-19", "17 CFR 230.501(a)(7)", "PRIMARY"),
    ("ACCREDITED-INVESTMENTS", 5_000_000, "USD", "2020-12-08", "17 CFR 230.501(a)(9)", "PRIMARY"),
    ("ACCREDITED-FAMILY-OFFICE", 5_000_000, "USD", "2020-12-08", "17 CFR 230.501(a)(12)", "PRIMARY"),
    ("VERIFY-EVIDENCE-MONTHS", 3, "months", "2013-09-23", "17 CFR 230.506(c)(2)(ii)(B), (C)", "PRIMARY"),
    ("VERIFY-GOOD-DAYS", 90, "days", "2013-09-23", "House rule: before each new offering", "HOUSE"),
    ("VERIFY-AGAIN-YEARS", 5, "years", "2021-03-15", "17 CFR 230.506(c)(2)(ii)(E)", "PRIMARY"),
    ("VERIFY-MINIMUM-PERSON", 200_000, "USD", "2025-03-12", "SEC staff letter of 12 March 2025", "PRIMARY"),
    ("VERIFY-MINIMUM-ENTITY", 1_000_000, "USD", "2025-03-12", "SEC staff letter of 12 March 2025", "PRIMARY"),
    ("VERIFY-MINIMUM-OWNER", 200_000, "USD", "2025-03-12", "SEC staff letter of 12 March 2025", "SECONDARY"),
    ("VERIFY-FEW-OWNERS", 5, "people", "2025-03-12", "SEC staff letter of 12 March 2025", "SECONDARY"),
    ("REG-A-TIER-2-PERCENT", 10, "percent", "2015-06-19", "17 CFR 230.251(d)(2)(i)(C)", "PRIMARY"),
    ("REG-CF-THRESHOLD", 124_000, "USD", "2022-09-20", "17 CFR 227.100(a)(2)", "PRIMARY"),
    ("REG-CF-LEAST", 2_500, "USD", "2022-09-20", "17 CFR 227.100(a)(2)(i)", "PRIMARY"),
    ("REG-CF-LOWER-PERCENT", 5, "percent", "2022-09-20", "17 CFR 227.100(a)(2)(i)", "PRIMARY"),
    ("REG-CF-UPPER-PERCENT", 10, "percent", "2022-09-20", "17 CFR 227.100(a)(2)(ii)", "PRIMARY"),
    ("REG-CF-MOST", 124_000, "USD", "2022-09-20", "17 CFR 227.100(a)(2)(ii); house rule for (i)", "PRIMARY"),
    ("IDENTITY-YEARS-LOW", 3, "years", "2024-01-01", "House rule; 31 CFR 1023.210(b)(5)(ii)", "HOUSE"),
    ("IDENTITY-YEARS-MEDIUM", 2, "years", "2024-01-01", "House rule; 31 CFR 1023.210(b)(5)(ii)", "HOUSE"),
    ("IDENTITY-YEARS-HIGH", 1, "years", "2024-01-01", "House rule; 31 CFR 1023.210(b)(5)(ii)", "HOUSE"),
    ("REMINDER-DAYS-FIRST", 30, "days", "2024-01-01", "House rule", "HOUSE"),
    ("REMINDER-DAYS-SECOND", 7, "days", "2024-01-01", "House rule", "HOUSE"),
]  # fmt: skip


def add_values(apps, schema_editor):
    RuleValue = apps.get_model("portal", "RuleValue")
    names = ("rule_id", "value", "unit", "effective_from", "citation", "sourced")
    RuleValue.objects.bulk_create(RuleValue(**dict(zip(names, row, strict=True))) for row in INITIAL)


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_people")]

    operations = [migrations.RunPython(add_values, migrations.RunPython.noop)]
