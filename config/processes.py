"""Starting and stopping programs that must not outlive us, and the user that servers run as."""

import ctypes
import os
import pwd
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def die_with_parent(signum: signal.Signals = signal.SIGTERM) -> None:
    """Between fork and exec: Linux will send `signum` when the parent dies, however it dies."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signum)


def server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so under root the servers run as `nobody`."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def as_server_user() -> dict[str, Any]:
    """Arguments for `subprocess` that give up root; none for an ordinary user."""
    user = server_user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def private_directory(path: Path) -> Path:
    """A directory only the servers' user may enter, and one nobody else has put there before us."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = server_user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)
        _let_through(path)
    owner = os.geteuid() if user is None else user.pw_uid
    if path.is_symlink() or path.stat().st_uid != owner:
        raise PermissionError(f"{path} belongs to another user; remove it or choose another DATA_DIR")
    path.chmod(0o700)
    return path


def let_server_user_read(path: Path) -> None:
    """Under root with a strict umask, installed files are closed to `nobody`: open them for reading only."""
    if server_user() is None or not path.exists():
        return
    _let_through(path)
    for found in (path, *path.rglob("*")):
        mode = found.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted:
            found.chmod(wanted)


def _let_through(path: Path) -> None:
    """Directories on the way may be passed, not listed."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
            print(f"{parent}: opened for `nobody` to pass through", file=sys.stderr)


def start(
    command: Sequence[str | Path], *, cwd: Path, stop_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """A server of ours: in a session of its own (a terminal's Ctrl-C is not for it), gone when we are."""
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(stop_signal),
        **as_server_user(),
    )


def stop(process: subprocess.Popen[bytes], signum: signal.Signals, *, patience: float = 30) -> None:
    if process.poll() is None:
        process.send_signal(signum)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
