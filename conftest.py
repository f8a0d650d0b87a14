"""What every test runs on: a real PostgreSQL and a real Valkey of the tests' own.

- `db` (or `@pytest.mark.django_db`): one shared database, rolled back after each test.
- `committed_db`: a database of the test's own, for tests that commit, race, or start other processes.
- `valkey`, `postgres_server`: servers the test may stop, kill and start.
- `programs`: Celery workers, web servers, management commands as real processes.

All of it works as the runtime role, so that every test also proves its grants; `as_owner` is for
what only the owner may do, such as tampering with a record.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from pytest_django import DjangoDbBlocker

# Before anything reads the settings: nothing outside may be touched, whatever the shell exports.
RUN_DIR = Path(tempfile.mkdtemp(prefix="ats-test-"))
os.environ |= {
    "DATA_DIR": str(Path(os.environ.get("DATA_DIR", Path(__file__).parent / ".local")).resolve() / "test"),
    "REDIS_URL": f"unix://{RUN_DIR}/valkey.sock?db=0",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
os.environ.pop("DATABASE_URL", None)
os.environ.pop("DATABASE_OWNER_URL", None)

import django  # noqa: E402

from config import embedded, env  # noqa: E402
from config.embedded.postgres import Postgres  # noqa: E402
from config.embedded.valkey import Valkey  # noqa: E402
from tests.support.databases import Databases, restored  # noqa: E402
from tests.support.programs import Programs, wait_until  # noqa: E402

# Before the other conftests, which import models.
django.setup()
# Else a second test process, which inherits the environment, would read the settings before it comes here
# and sets its own.
del os.environ["DJANGO_SETTINGS_MODULE"]

settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,  # two cores shared with whole servers: slow is not wrong
    database=DirectoryBasedExampleDatabase(env.DATA_DIR / "hypothesis"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), max_examples=20_000)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
settings.load_profile(PROFILE)


def pytest_unconfigure() -> None:
    shutil.rmtree(RUN_DIR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    flushing = {"transactional_db", "live_server", "django_db_reset_sequences"}
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        marker = item.get_closest_marker("django_db")
        if names & flushing or (marker and marker.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid}: record tables cannot be flushed; use committed_db")
        if "committed_db" in names and (marker or "db" in names):
            raise pytest.UsageError(f"{item.nodeid}: db rolls back, committed_db commits; use one")


@pytest.fixture(scope="session")
def long_run() -> bool:
    """Under `make check-long`: as many kills and rows as it takes to be sure."""
    return PROFILE == "long"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process keeps in memory of a database is of another database in the next test."""
    from compliance.screening import lists
    from portal import clock
    from trading import matching

    clock.forget()
    matching.forget()
    lists.forget()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    with embedded.servers(durable=False):
        databases = Databases(postgres=embedded.postgres())
        databases.drop_left_behind()
        yield databases


@pytest.fixture(scope="session")
def session_valkey() -> Iterator[Valkey]:
    server = Valkey(socket_dir=RUN_DIR)
    server.start()
    wait_until(server.answers, "Valkey answers")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(
    databases: Databases, session_valkey: Valkey, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: the database that `db` tests share."""
    with django_db_blocker.unblock(), databases.clone():
        django_db_blocker.block()
        try:
            yield
        finally:
            django_db_blocker.restore()


@pytest.fixture
def valkey(session_valkey: Valkey) -> Iterator[Valkey]:
    """The Valkey all code under test uses, empty; may be stopped, started and flushed."""
    session_valkey.client().flushall()
    yield session_valkey
    if not session_valkey.answers():
        session_valkey.stop()
        session_valkey.start()
        wait_until(session_valkey.answers, "Valkey answers again")


@pytest.fixture
def committed_db(databases: Databases, valkey: Valkey, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own, for this process and every subprocess; returns its name."""
    with django_db_blocker.unblock(), databases.clone() as name:
        yield name


@pytest.fixture
def as_owner(committed_db: str) -> Iterator[psycopg.Connection]:
    """The owner's own connection to this test's database."""
    with psycopg.connect(env.DATABASE_OWNER_URL, autocommit=True) as connection:
        yield connection


@pytest.fixture
def programs(committed_db: str, valkey: Valkey, tmp_path: Path) -> Iterator[Programs]:
    """Real processes that work on this test's database; none outlives the test."""
    programs = Programs(directory=tmp_path, valkey=valkey)
    yield programs
    programs.stop_all()


@pytest.fixture
def postgres_server(
    databases: Databases, valkey: Valkey, django_db_blocker: DjangoDbBlocker
) -> Iterator[Postgres]:
    """A whole PostgreSQL of this test's own with all tables, to be killed and started."""
    template = databases.postgres.url(database=databases.template)
    with django_db_blocker.unblock(), restored(template) as server:
        yield server
