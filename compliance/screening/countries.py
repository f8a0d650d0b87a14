"""Countries as OFAC writes them, and as codes of ISO 3166. Pure."""

from functools import cache

import pycountry

# Where OFAC's name is neither ISO's name nor its official or common one.
OTHERWISE = {
    "Bahamas, The": "BS",
    "Brunei": "BN",
    "Burma": "MM",
    "Cape Verde": "CV",
    "Congo, Democratic Republic of the": "CD",
    "Congo, Republic of the": "CG",
    "Cote d Ivoire": "CI",
    "Czech Republic": "CZ",
    "Democratic Republic of the Congo": "CD",
    "Gambia, The": "GM",
    "The Gambia": "GM",
    "Iran": "IR",
    "Korea, North": "KP",
    "Korea, South": "KR",
    "North Korea": "KP",
    "South Korea": "KR",
    "Kosovo": "XK",
    "Laos": "LA",
    "Macau": "MO",
    "Macedonia, The Former Yugoslav Republic of": "MK",
    "Micronesia": "FM",
    "Palestinian": "PS",
    "Region: Crimea": "UA",
    "Region: Gaza": "PS",
    "Region: Northern Mali": "ML",
    "Russia": "RU",
    "Saint Vincent and the Grenadines": "VC",
    "Swaziland": "SZ",
    "Syria": "SY",
    "Turkey": "TR",
    "UAE": "AE",
    "UK": "GB",
    "USA": "US",
    "Virgin Islands, British": "VG",
}


@cache
def code_of(name: str) -> str:
    """The code of a country by any of its names; nothing for what is none."""
    name = name.strip(" .")
    if not name or name in OTHERWISE:
        return OTHERWISE.get(name, "")
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return ""
