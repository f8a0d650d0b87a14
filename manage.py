#!/usr/bin/env python3
"""Django's command line, with the embedded servers up for as long as a command needs them."""

import contextlib
import os
import sys
from pathlib import Path

# These change or create tables, which the runtime role may not.
OWNER_COMMANDS = {"migrate", "makemigrations", "prepare_database", "squashmigrations", "test"}
# These touch no data.
WITHOUT_SERVERS = {"help", "version", "check", "collectstatic", "compilemessages", "spectacular"}


def use_project_python() -> None:
    """Called with a Python that lacks Django, go on with the one `make setup` made."""
    python = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    if sys.prefix != sys.base_prefix or not python.exists():
        sys.exit("Django is not installed for this Python: run `make setup` first.")
    os.execv(python, [str(python), *sys.argv])


def main() -> None:
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        use_project_python()
    from config import embedded, env

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in OWNER_COMMANDS:
        env.act_as_owner()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if command == "run":
        from config.supervisor.run import main as run

        run(with_parent="--with-parent" in sys.argv)
    wants_servers = command not in WITHOUT_SERVERS and not {"--help", "-h"} & set(sys.argv)
    with embedded.servers() if wants_servers and embedded.needed() else contextlib.nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
