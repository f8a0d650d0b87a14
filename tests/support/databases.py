"""Test databases: cloned from a template that the owner made from the migrations.

Record tables refuse TRUNCATE, so a test that commits cannot be flushed afterwards: it gets a clone
of its own and drops it.
"""

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psutil
import psycopg
from django.db import connections
from psycopg import sql

from config import env
from config.embedded.postgres import NOT_DURABLE, Postgres, program
from tests.support.programs import wait_until

# What the tables and their grants are made from; a change here means a new template.
SOURCES = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/models.py",
    "portal/*.py",
    "portal/roles.py",
    "portal/management/commands/prepare_database.py",
    "requirements.txt",
)


def prepare(postgres: Postgres, database: str) -> None:
    urls = {
        "DATABASE_URL": postgres.url("ats_runtime", database),
        "DATABASE_OWNER_URL": postgres.url("ats_owner", database),
    }
    command = [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"]
    subprocess.run(command, cwd=env.BASE_DIR, env=os.environ | urls, check=True)


@contextmanager
def default_connection(postgres: Postgres, database: str) -> Iterator[None]:
    """Point the default connection, and by the environment every subprocess, at this database."""
    runtime, owner = postgres.url("ats_runtime", database), postgres.url("ats_owner", database)
    before = dict(connections.settings["default"]), env.DATABASE_URL, env.DATABASE_OWNER_URL
    _point(env.database(runtime), runtime, owner)
    try:
        yield
    finally:
        _point(*before)


def _point(database: dict[str, object], runtime: str, owner: str) -> None:
    # Other threads share this dict and open their connections from it.
    connections["default"].close()
    connections.settings["default"].update(database)
    env.DATABASE_URL, env.DATABASE_OWNER_URL = runtime, owner
    os.environ.update(DATABASE_URL=runtime, DATABASE_OWNER_URL=owner)


@contextmanager
def restored(dumped: str) -> Iterator[Postgres]:
    """A whole PostgreSQL of its own with what was in a database, which the default connection points at."""
    directory = Path(tempfile.mkdtemp(prefix="ats-pg-"))
    server = Postgres(
        directory=directory / "data",
        socket_dir=directory / "run",
        passwords=env.kept_secrets(),
        settings=NOT_DURABLE,
    )
    server.start()
    wait_until(server.answers, "PostgreSQL answers")
    try:
        dump = subprocess.run([str(program("pg_dump")), dumped], check=True, capture_output=True).stdout
        restore = [str(program("psql")), "--quiet", "--set", "ON_ERROR_STOP=1", server.url()]
        subprocess.run(restore, input=dump, check=True, stdout=subprocess.DEVNULL)
        with default_connection(server, "ats"):
            yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


@dataclass
class Databases:
    postgres: Postgres
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @cached_property
    def template(self) -> str:
        """The template for the tables as they are in the source now, made if it is not there yet."""
        digest = hashlib.sha256()
        for pattern in SOURCES:
            for path in sorted(env.BASE_DIR.glob(pattern)):
                digest.update(path.read_bytes())
        name = f"template_{digest.hexdigest()[:16]}"
        with self._connection() as connection:
            # Two test runs at once make it once. This lock goes with its connection, as all of them do.
            connection.execute("SELECT pg_advisory_lock(1)")
            self._using.execute("SELECT pg_advisory_lock_shared(2, hashtext(%s))", [name])
            there = self._names(connection)
            if name not in there:
                self._drop_unused([old for old in there if old.startswith("template_")])
                self._do("CREATE DATABASE {name}", name="template_draft")
                prepare(self.postgres, "template_draft")
                self._do("ALTER DATABASE template_draft RENAME TO {name}", name=name)
        return name

    @cached_property
    def _using(self) -> psycopg.Connection:
        """Holds the lock that says: this run needs its template."""
        return self._connection()

    @contextmanager
    def clone(self, of: str | None = None) -> Iterator[str]:
        """A database as the migrations leave it, or like another one that nobody is connected to."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._do("CREATE DATABASE {name} TEMPLATE {template}", name=name, template=of or self.template)
        try:
            with default_connection(self.postgres, name):
                yield name
        finally:
            self.drop(name)

    def _drop_unused(self, templates: list[str]) -> None:
        """Another run, started before the source changed, may still be cloning its own."""
        with self._connection() as connection:
            for name in templates:
                unused = connection.execute("SELECT pg_try_advisory_lock(2, hashtext(%s))", [name])
                if unused.fetchone() == (True,):
                    self.drop(name)

    def drop_left_behind(self) -> None:
        """Clones of test runs that were killed."""
        with self._connection() as connection:
            for name in self._names(connection):
                if name.startswith("test_") and not psutil.pid_exists(int(name.split("_")[1])):
                    self.drop(name)

    def drop(self, name: str) -> None:
        wait_until(lambda: self._dropped(name), f"{name} is dropped")

    def _dropped(self, name: str) -> bool:
        try:
            self._do("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
        except psycopg.errors.InsufficientPrivilege:  # autovacuum is in it, and only a superuser may end it
            return False
        return True

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(self.postgres.url(), autocommit=True)

    def _names(self, connection: psycopg.Connection) -> list[str]:
        return [name for (name,) in connection.execute("SELECT datname FROM pg_database")]

    def _do(self, statement: str, **names: str) -> None:
        with self._connection() as connection:
            identifiers = {key: sql.Identifier(value) for key, value in names.items()}
            connection.execute(sql.SQL(statement).format(**identifiers))
