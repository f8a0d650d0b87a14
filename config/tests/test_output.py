import stat
from pathlib import Path

from config.supervisor.output import open_log


def test_a_log_is_for_its_owner_only_and_grows(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("before\n")
    log.chmod(0o644)
    for path in (log, tmp_path / "new.log"):
        with open_log(path) as output:
            output.write(b"after\n")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert log.read_text() == "before\nafter\n"
