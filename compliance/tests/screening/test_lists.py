"""Lists taken in: whole or not at all, once, and what changed between two."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compliance.models import ListedEntry, ListedName, ScreeningList
from compliance.screening import lists
from compliance.screening.index import Person
from compliance.screening.listed import ListKind
from compliance.tests.screening.invented import (
    ENTRIES,
    NAMES,
    OFAC,
    entity,
    files,
    load,
    parsed,
    person,
    the_files,
    with_ofac_files,
)
from portal.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_list_is_taken_in_with_all_it_says() -> None:
    loaded = load()
    assert loaded.is_new
    row = loaded.list
    assert (row.entries, row.names, row.added, row.changed, row.removed) == (9, 13, 9, 0, 0)
    assert ListedEntry.objects.count() == 9
    assert ListedName.objects.get(text="TORVALDEN, Chapo").entry.uid == 101
    assert AuditEntry.objects.get(action="SANCTIONS_LIST_LOADED").subject == str(row)


def test_the_index_says_what_the_files_said() -> None:
    load()
    index = lists.index()
    assert index is not None
    assert sorted(index.entries, key=lambda entry: entry.uid) == parsed(*ENTRIES, names=NAMES)


def test_the_same_files_again_change_nothing() -> None:
    first = load()
    again = load()
    assert (again.is_new, again.list) == (False, first.list)
    assert ScreeningList.objects.count() == 1


def test_another_load_keeps_what_was_and_says_what_changed() -> None:
    first = load().list
    changed = person(104, "GARCIA ZUBIRIA, Maria Elena", "DOB 13 Oct 1972.")
    fresh = entity(203, "NEWCOMER TRADING")
    rest = [row for row in ENTRIES if not row.startswith(("104,", "105,"))]
    second = load(files(*rest, changed, fresh, names=NAMES)).list
    assert (second.added, second.changed, second.removed) == (1, 1, 1)
    of_garcia = ListedEntry.objects.filter(uid=104).order_by("pk")
    assert [(row.since, row.until) for row in of_garcia] == [(first, second), (second, None)]
    assert ListedEntry.objects.get(uid=105).until == second
    assert ListedEntry.objects.get(uid=101).until is None


def test_a_search_sees_the_list_in_force() -> None:
    load()
    index = lists.index()
    assert index is lists.index()
    load(files(*ENTRIES[1:]))
    renewed = lists.index()
    assert index is not None and renewed is not None
    torvalden = Person("Joaquin Torvalden Markos")
    assert index.search(torvalden, least=0.85) != []
    assert renewed.search(torvalden, least=0.85) == []


def test_the_other_list_stands_beside_it() -> None:
    load()
    content = {"cons_prim.csv": the_files()["sdn.csv"]}
    lists.load_list(kind=ListKind.CONSOLIDATED, files=content)
    assert [row.kind for row in lists.in_force()] == ["CONSOLIDATED", "SDN"]
    assert ListedEntry.objects.filter(uid=101, until=None).count() == 2


def test_a_broken_file_takes_in_nothing() -> None:
    load()
    with pytest.raises(lists.ListRefused) as refused:
        load(files(*ENTRIES, '900,"CUT, Off"'))
    assert refused.value.code == "BAD_FILE"
    assert (ScreeningList.objects.count(), ListedEntry.objects.count()) == (1, 9)


def test_a_list_that_lost_most_of_its_entries_is_taken_only_if_said_so() -> None:
    load()
    with pytest.raises(lists.ListRefused) as refused:
        load(files(*ENTRIES[:2]))
    assert refused.value.code == "SHRUNK"
    assert load(files(*ENTRIES[:2]), even_if_shrunk=True).list.removed == 7


def test_the_command_takes_in_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in the_files().items():
        (tmp_path / name).write_bytes(content)
    call_command("load_sanctions", tmp_path)
    assert "9 entries, 13 names; 9 added" in capsys.readouterr().out
    call_command("load_sanctions", tmp_path)
    assert "in force already" in capsys.readouterr().out


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"NO_LIST: .* neither of sdn\.csv or cons_prim\.csv"):
        call_command("load_sanctions", tmp_path)
    with pytest.raises(CommandError, match="NO_DIRECTORY"):
        call_command("load_sanctions", tmp_path / "nowhere")


@with_ofac_files
def test_ofacs_own_small_cut_is_taken_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_sanctions", OFAC / "small")
    assert "17 entries" in capsys.readouterr().out
    index = lists.index()
    assert index is not None
    [match, *_] = index.search(Person("Dmitriy Khoroshev"), least=0.7)
    assert (match.entry.uid, match.matched) == (48603, "KHOROSHEV, Dmitriy Yurevich")
