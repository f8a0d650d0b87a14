"""Servers and a database of a run's own. Imported before anything reads the settings.

A PostgreSQL that syncs, in a folder that is removed when the run is over.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".local" / "bench"
FOLDER.mkdir(parents=True, exist_ok=True)
# Not where temporary files lie: those may be in memory, where a sync costs nothing.
DATA_DIR = Path(tempfile.mkdtemp(prefix="data-", dir=FOLDER))
# Nothing outside may be touched, whatever the shell exports.
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ |= {"DATA_DIR": str(DATA_DIR), "DJANGO_SETTINGS_MODULE": "config.settings"}

import django  # noqa: E402

from config import embedded  # noqa: E402

django.setup()


@contextmanager
def database() -> Iterator[None]:
    """A fresh one, for as long as the run lasts."""
    try:
        with embedded.servers():
            prepare = [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"]
            subprocess.run(prepare, cwd=ROOT, check=True)
            yield
    finally:
        while not embedded.is_free("keeper.lock", fcntl.LOCK_EX):  # it stops the servers first
            sleep(0.1)
        shutil.rmtree(DATA_DIR)
