from django.db import migrations

TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only();
"""

TABLES = [
    "trading_clientorderkey",
    "trading_command",
    "trading_event",
    "trading_factsheet",
    "trading_quarantine",
    "trading_refusal",
    "trading_transfer",
]


class Migration(migrations.Migration):
    dependencies = [("trading", "0001_initial"), ("portal", "0002_append_only")]

    operations = [
        migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER append_only ON {table}")
        for table in TABLES
    ]
