"""OFAC's comma-separated files as entries. Pure: text in, entries out.

Their columns are OFAC's data specification's (dat_spec.txt): no headings, ``-0-`` for nothing, remarks cut
at 1,000 characters and carried on in a file of comments. What is known of a person beyond the name (dates
of birth, numbers, weak aliases) stands in the remarks, separated by semicolons.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from compliance.screening.countries import code_of
from compliance.screening.listed import (
    Address,
    Birth,
    Entry,
    EntryKind,
    ListedName,
    ListKind,
    NameKind,
    Number,
)

# The files of each list: entries, other names, addresses, what did not fit into the remarks.
FILES: dict[ListKind, tuple[str, str, str, str]] = {
    ListKind.SDN: ("sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"),
    ListKind.CONSOLIDATED: ("cons_prim.csv", "cons_alt.csv", "cons_add.csv", "cons_comments.csv"),
}
COLUMNS = {"entries": 12, "names": 5, "addresses": 6, "comments": 2}
NOTHING = "-0-"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

DAY = r"(?:(?:(\d{1,2}) )?([A-Z][a-z]{2}) )?(\d{4})"
BIRTH = re.compile(rf"(?:alt\. )?(?:DOB|Organization Established Date) (circa )?{DAY}(?:(?: to |-){DAY})?")
WEAK_NAME = re.compile(r"a\.k\.a\. '(.+)'")
NUMBER = re.compile(
    r"""(?:alt\.\ )?
    (?P<kind>Passport(?:\ Booklet:?)? | SSN | US\ FEIN | MMSI | NIT | RUC | RIF | R\.F\.C\. | C\.U\.R\.P\.
      | D\.N\.I\. | D-U-N-S\ Number | C\.U\.I\.T\. | C\.I\.F\. | C\.R\.\ No\. | I\.F\.E\. | SRE\ Permit
      | SWIFT/BIC | (?:Vessel\ Registration\ Identification|Identification\ Number|Company\ Number)\ IMO
      | (?:[A-Z][\w.'/-]*\ ){0,4}(?:ID|I\.D\.|Identity|Identification|Registration|Registry|Cedula|License|
         Licence|Mercantil|Tax|Fiscal|V\.A\.T\.|Company|Entity|Certificate|Document|Card|Gazette|Code)
        (?:\ (?:ID|Card|Number|Document|Code|de\ \w+))*)
    \ ?(?:No\.?|\#|Number)?\ (?P<value>(?:[A-Z]{1,4}:?\ )?\S*\d\S*(?:\ [\dA-Z/-]*\d[\dA-Z/-]*)*)
    (?:\ \((?P<country>[^()]+)\))*""",
    re.VERBOSE,
)
DIGITAL = re.compile(r"(?:alt\. )?(Digital Currency Address - \w+) (\w+)")
PLACE = re.compile(r"(?:alt\. )?(?:nationality|citizen|POB) (.+)")


class BadFile(ValueError):
    """A file that is not what its name says."""


def entries(list_kind: ListKind, files: Mapping[str, bytes]) -> list[Entry]:
    """All entries of a list, by uid. ``files``: name to content; only the first of them has to be there."""
    main, names, addresses, comments = FILES[list_kind]
    others = defaultdict(list)
    for row in _rows(names, files.get(names, b""), COLUMNS["names"]):
        others[_uid(names, row)].append(ListedName(row[3], NameKind(row[2].upper())))
    places = defaultdict(list)
    for row in _rows(addresses, files.get(addresses, b""), COLUMNS["addresses"]):
        if any(row[2:5]):
            places[_uid(addresses, row)].append(Address(row[2], row[3], row[4]))
    more: dict[int, str] = defaultdict(str)
    for row in _rows(comments, files.get(comments, b""), COLUMNS["comments"]):
        more[_uid(comments, row)] += row[1]
    made: dict[int, Entry] = {}
    for row in _rows(main, files[main], COLUMNS["entries"]):
        uid = _uid(main, row)
        if uid in made:
            raise BadFile(f"{main} has entry {uid} twice.")
        made[uid] = _entry(list_kind, uid, row, others[uid], places[uid], row[11] + more[uid])
    if not made:
        raise BadFile(f"{main} has no entries.")
    return [made[uid] for uid in sorted(made)]


def _entry(
    list_kind: ListKind,
    uid: int,
    row: Sequence[str],
    others: list[ListedName],
    places: list[Address],
    remarks: str,
) -> Entry:
    said = [item.strip().rstrip(".").strip() for item in remarks.split(";")]
    weak = [ListedName(found[1], NameKind.WEAK) for item in said if (found := WEAK_NAME.match(item))]
    countries = [place.country for place in places]
    countries += [found[1].rsplit(", ", 1)[-1] for item in said if (found := PLACE.fullmatch(item))]
    countries += [
        found[1] for item in said if (found := re.fullmatch(r".*(?:nationality|citizen) (.+)", item))
    ]
    countries.append(row[9])
    numbers = [number for item in said if (number := _number(item))]
    if row[5]:
        numbers.append(Number("Call sign", row[5]))
    return Entry(
        list_kind=list_kind,
        uid=uid,
        kind=EntryKind(row[2].upper()) if row[2] else EntryKind.ENTITY,
        names=(ListedName(row[1], NameKind.PRIMARY), *others, *weak),
        programs=tuple(row[3].split("] [")) if row[3] else (),
        title=row[4],
        remarks=remarks,
        births=tuple(birth for item in said if (birth := _birth(item))),
        numbers=tuple(dict.fromkeys(numbers)),
        addresses=tuple(places),
        countries=tuple(dict.fromkeys(filter(None, map(code_of, countries)))),
    )


def _rows(name: str, content: bytes, columns: int) -> Iterable[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    # The files end in the mark of an older time, and so does one joined from two of them in its middle.
    for row in csv.reader(text.replace("\x1a", "").splitlines()):
        if not row:
            continue
        if len(row) != columns:
            raise BadFile(f"{name} has a row of {len(row)} columns, not {columns}: {','.join(row)[:80]}")
        yield ["" if cell.strip() == NOTHING else " ".join(cell.split()) for cell in row[:-1]] + [
            "" if row[-1].strip() == NOTHING else row[-1]
        ]


def _uid(name: str, row: Sequence[str]) -> int:
    if not row[0].isdecimal():
        raise BadFile(f"{name} has a row that names no entry: {','.join(row)[:80]}")
    return int(row[0])


def _birth(item: str) -> Birth | None:
    found = BIRTH.fullmatch(item)
    if found is None:
        return None
    circa, *rest = found.groups()
    first, last = _span(*rest[:3]), _span(*rest[3:]) if rest[5] else None
    if first is None:
        return None
    said = re.sub(r".*(?:DOB|Date) ", "", item)
    return Birth(said, first[0], max(first[1], last[1]) if last else first[1], is_circa=bool(circa))


def _span(day: str | None, month: str | None, year: str) -> tuple[date, date] | None:
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if month not in MONTHS:
        return None
    number = MONTHS.index(month) + 1
    if day is None:
        start = date(int(year), number, 1)
        return start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    try:
        exact = date(int(year), number, int(day))
    except ValueError:
        return None
    return exact, exact


def _number(item: str) -> Number | None:
    digital = DIGITAL.fullmatch(item)
    if digital:
        return Number(digital[1], digital[2])
    found = NUMBER.match(item)
    if found is None:
        return None
    return Number(found["kind"].strip(), found["value"].strip(" ,."), found["country"] or "")
