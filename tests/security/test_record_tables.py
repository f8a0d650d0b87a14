"""Nobody changes a record: the runtime role has no grant for it, and a trigger stops the owner too.

17 CFR 242.302 and 240.17a-4(f)(2): what was recorded stays as it was recorded.
"""

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from portal.records import record_tables

STATEMENTS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}
EVERY_CHANGE = [(table, verb) for table in record_tables() for verb in STATEMENTS]


def statement(table: str, verb: str) -> sql.Composed:
    [model] = [model for model in apps.get_models() if model._meta.db_table == table]
    column = sql.Identifier(str(model._meta.pk.column))
    return sql.SQL(STATEMENTS[verb]).format(table=sql.Identifier(table), column=column)


def as_runtime_role(change: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize(("table", "verb"), EVERY_CHANGE)
def test_the_runtime_role_may_not_change_a_record(db: None, table: str, verb: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime_role(statement(table, verb).as_string())


def test_a_trigger_refuses_the_owner_every_change(as_owner: psycopg.Connection) -> None:
    for table, verb in EVERY_CHANGE:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="records are append-only"):
            as_owner.execute(statement(table, verb))


@pytest.mark.parametrize("privilege", ["SELECT", "INSERT"])
def test_the_runtime_role_may_read_and_insert_records(db: None, privilege: str) -> None:
    with connection.cursor() as cursor:
        for table in record_tables():
            cursor.execute("SELECT has_table_privilege(%s, %s)", [table, privilege])
            assert cursor.fetchone() == (True,), table


@pytest.mark.parametrize(
    "change", ["CREATE TABLE mine ()", "DROP TABLE portal_auditentry", "ALTER TABLE portal_seal ADD x int"]
)
def test_the_runtime_role_may_not_touch_the_schema(db: None, change: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        as_runtime_role(change)
