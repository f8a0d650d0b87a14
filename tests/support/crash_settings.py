"""Settings of workers in crash tests: snapshots so often that every restart begins at one."""

from config.settings import *  # noqa: F403

SNAPSHOT_EVERY = 200
