"""Create or update the tables as the owner, then grant people's roles and the runtime role their rights."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

from portal.records import record_tables
from portal.roles import grant_roles


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        grant_roles()
        if connection.settings_dict["USER"] == settings.DATABASE_RUNTIME_ROLE:
            self.stderr.write(
                "One database role for everything: only triggers protect the record tables. "
                "Set DATABASE_OWNER_URL to another role than DATABASE_URL's."
            )
            return
        grant_runtime_role(role=settings.DATABASE_RUNTIME_ROLE)


def grant_runtime_role(*, role: str) -> None:
    """Everything is taken first, so that what is not granted here is not allowed."""
    tables = sql.SQL(", ").join(map(sql.Identifier, record_tables()))
    statements = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM {role}",
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            query = sql.SQL(statement).format(role=sql.Identifier(role), tables=tables)
            cursor.execute(query.as_string(cursor.connection))
