"""How long a new e-mail address or telephone number waits."""

from django.db import migrations


def add_rule(apps, schema_editor):
    apps.get_model("portal", "RuleValue").objects.create(
        rule_id="CONTACT-CHANGE-COOLING",
        value=3,
        unit="days",
        effective_from="2024-01-01",
        citation="House rule",
        sourced="HOUSE",
    )


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_agreements")]

    operations = [migrations.RunPython(add_rule, migrations.RunPython.noop)]
