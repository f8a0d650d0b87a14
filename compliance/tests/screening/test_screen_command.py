"""A file of names screened at the command line."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compliance.tests.screening.invented import load, the_files

pytestmark = pytest.mark.django_db

NAMES = """name,birth_date,country,id_number
Joaquin Torvalden,1963-07-28,Belize,
Somebody,,,P0017003
Nobody Whatsoever,,,
"""


@pytest.fixture
def names(tmp_path: Path) -> Path:
    file = tmp_path / "names.csv"
    file.write_text(NAMES)
    return file


def screened(capsys: pytest.CaptureFixture[str], *args: Any) -> list[dict[str, str]]:
    call_command("screen", *args)
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_every_row_comes_back_with_its_candidates(names: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load()
    first, second, third = screened(capsys, names)
    assert (first["list"], first["entry_id"], first["hit"]) == ("SDN", "101", "yes")
    assert first["matched"] == "TORVALDEN MARKOS, Joaquin"
    assert "Born on 1963-07-28, as listed" in first["why"]
    assert 0.85 <= float(first["score"]) <= 1
    assert (second["entry_id"], second["matched_kind"]) == ("101", "NUMBER")
    assert (third["name"], third["entry_id"], third["score"]) == ("Nobody Whatsoever", "", "")


def test_files_are_read_without_loading_them(
    names: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in the_files().items():
        (tmp_path / name).write_bytes(content)
    assert screened(capsys, names, "--lists", tmp_path)[0]["entry_id"] == "101"


def test_where_nothing_is_loaded_it_says_how_to(names: Path) -> None:
    with pytest.raises(CommandError, match=r"NOTHING_LOADED: .*manage\.py load_sanctions DIR"):
        call_command("screen", names)


@pytest.mark.parametrize(
    ("content", "code"),
    [("who\nJoaquin\n", "NO_NAMES"), ("name,birth_date\nJoaquin,28.7.1963\n", "BAD_DATE")],
)
def test_a_file_it_cannot_use_is_refused(tmp_path: Path, content: str, code: str) -> None:
    load()
    file = tmp_path / "names.csv"
    file.write_text(content)
    with pytest.raises(CommandError, match=code):
        call_command("screen", file)
    with pytest.raises(CommandError, match="UNREADABLE"):
        call_command("screen", tmp_path / "none.csv")
