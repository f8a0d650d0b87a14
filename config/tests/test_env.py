"""What the environment says, and what holds where it says nothing."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import env

NAMES = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "DATABASE_RUNTIME_ROLE",
    "DEMO",
)


def read(data_dir: Path, **environment: str) -> dict[str, object]:
    """What a fresh process sees in `config.env`."""
    inherited = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    script = (
        f"import json; from config import env; print(json.dumps({{n: getattr(env, n) for n in {NAMES}}}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script],
        cwd=env.BASE_DIR,
        env=inherited | {"DATA_DIR": str(data_dir)} | environment,
        capture_output=True,
        check=True,
    )
    seen: dict[str, object] = json.loads(shown.stdout)
    return seen


@pytest.mark.parametrize("port", ["abc", "99999", "0", "-1", ""])
def test_a_port_that_is_none_is_told_in_a_sentence(tmp_path: Path, port: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        read(tmp_path, PORT=port)
    assert ended.value.returncode == 1
    told = f"PORT is {port!r}; it has to be a whole number from 1 to 65535.\n"
    assert ended.value.stderr.decode() == told


def test_without_a_word_the_embedded_servers_are_meant_and_their_address_never_changes(
    tmp_path: Path,
) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first == second
    assert str(first["DATABASE_URL"]).startswith("postgresql://ats_runtime:")
    assert str(first["DATABASE_OWNER_URL"]).startswith("postgresql://ats_owner:")
    assert first["REDIS_URL"] == f"unix://{tmp_path}/run/valkey.sock?db=0"
    assert first["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path}/run/valkey.sock?virtual_host=0"


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    read(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_outside_servers_are_taken_as_named(tmp_path: Path) -> None:
    urls = {
        "DATABASE_URL": "postgresql://app:a@db.example:5433/venue",
        "DATABASE_OWNER_URL": "postgresql://owner:b@db.example:5433/venue",
        "REDIS_URL": "rediss://:c@cache.example:6380/2",
    }
    given = dict.fromkeys(("SECRET_KEY", "ENCRYPTION_KEYS", "FINGERPRINT_KEY"), "given")
    seen = read(tmp_path, **given, DEMO="0", **urls)
    assert seen == urls | {
        "CELERY_BROKER_URL": urls["REDIS_URL"],
        "DATABASE_RUNTIME_ROLE": "app",
        "DEMO": False,
    }
    assert not (tmp_path / "secrets.json").exists()


def test_a_single_outside_role_owns_and_runs(tmp_path: Path) -> None:
    seen = read(tmp_path, DATABASE_URL="postgresql://only@db.example/venue")
    assert seen["DATABASE_OWNER_URL"] == seen["DATABASE_URL"]


def test_a_deep_data_directory_keeps_its_sockets_where_their_addresses_fit(tmp_path: Path) -> None:
    seen = read(tmp_path / ("deep" * 20))
    assert len(str(seen["REDIS_URL"])) < 100
    assert "/deep" not in str(seen["REDIS_URL"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://user:p%40ss@db.example:5433/venue?sslmode=require",
            ("venue", "user", "p@ss", "db.example", "5433", {"sslmode": "require"}),
        ),
        ("postgresql://user@/venue?host=/var/run", ("venue", "user", "", "/var/run", "", {})),
    ],
)
def test_a_database_url_becomes_a_django_database(url: str, expected: tuple[object, ...]) -> None:
    database = env.database(url)
    assert tuple(database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected
