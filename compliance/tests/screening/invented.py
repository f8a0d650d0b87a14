"""A list of people who are not, in OFAC's format; and OFAC's own files where the machine has them."""

from pathlib import Path

import pytest

from compliance.screening import lists, ofac
from compliance.screening.index import Index
from compliance.screening.listed import Entry, ListKind

OFAC = Path(__file__).parents[4] / "shared" / "data" / "ofac"
with_ofac_files = pytest.mark.skipif(
    not (OFAC / "small" / "sdn.csv").exists(),
    reason="OFAC's files are not on this machine (../shared/data/ofac)",
)

NIL = "-0- "
TAIL = ",".join([NIL] * 7)


def person(uid: int, name: str, remarks: str = NIL, programs: str = "SDGT") -> str:
    return f'{uid},"{name}","individual","{programs}",{TAIL},"{remarks}"'


def entity(uid: int, name: str, remarks: str = NIL) -> str:
    return f'{uid},"{name}",{NIL},"SDNTK] [IRAN",{TAIL},"{remarks}"'


ENTRIES = (
    person(
        101,
        "TORVALDEN MARKOS, Joaquin",
        "DOB 28 Jul 1963; alt. DOB 1964; POB Toledo District, Belize; nationality Belize; "
        "Passport P0017003 (Belize); SSN 561-77-9011 (United States); a.k.a. 'EL RELOJERO'.",
    ),
    person(102, "AL-QARAWITI, Abd al-Rahman Yusuf", "DOB circa 1950; citizen Yemen; Linked To: DARVOSK."),
    person(103, "BELOSTENKOV, Dmitry Yuryevich", "DOB 17 Apr 1993; nationality Russia; Gender Male."),
    person(104, "GARCIA ZUBIRIA, Maria Elena", "DOB 12 Oct 1972; POB Culiacan, Mexico."),
    person(105, "HASSAN, Mohamed", "DOB 1971 to 1973; nationality Somalia."),
    entity(201, "DARVOSK HEAVY INDUSTRIES COMPANY LTD.", "Tax ID No. 52-2083095 (United States)."),
    entity(202, "AERO-TROPICANA, S.A."),
    f'301,"EMMELINE","vessel","IRAN",{NIL},"A8LU7","Crude Oil Tanker",{NIL},{NIL},"Gabon",{NIL},'
    '"Vessel Registration Identification IMO 9339301."',
    f'401,"EP-ZZZ","aircraft","SDGT",{TAIL},{NIL}',
)
NAMES = (
    '101,1,"aka","TORVALDEN, Chapo",-0- ',
    '201,2,"fka","DARVOSK TRADE BUREAU",-0- ',
    '201,3,"nka","DARVOSK HOLDING",-0- ',
)
ADDRESSES = (
    '101,1,"50 6th Ave.","Corozal","Belize",-0- ',
    "103,2,-0- ,-0- ,-0- ,-0- ",
    '201,3,-0- ,-0- ,"Iran",-0- ',
)


def files(*entries: str, names: tuple[str, ...] = (), comments: tuple[str, ...] = ()) -> dict[str, bytes]:
    """An SDN list's files."""
    return {
        "sdn.csv": "\r\n".join([*entries, "\x1a"]).encode(),
        "alt.csv": "\r\n".join([*names, "\x1a"]).encode(),
        "add.csv": "\r\n".join(ADDRESSES).encode(),
        "sdn_comments.csv": "\r\n".join(comments).encode(),
    }


def the_files() -> dict[str, bytes]:
    return files(*ENTRIES, names=NAMES)


def parsed(*entries: str, **more: tuple[str, ...]) -> list[Entry]:
    return ofac.entries(ListKind.SDN, files(*entries, **more))


def an_index(*entries: str, names: tuple[str, ...] = NAMES) -> Index:
    return lists.index_of(parsed(*(entries or ENTRIES), names=names))


def load(given: dict[str, bytes] | None = None, *, even_if_shrunk: bool = False) -> lists.Loaded:
    files = given or the_files()
    return lists.load_list(kind=ListKind.SDN, files=files, even_if_shrunk=even_if_shrunk)
