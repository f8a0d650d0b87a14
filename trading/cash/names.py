"""Do two names mean the same person? Banks write them in any order, without accents, with initials."""

import re
import unicodedata

# Says what somebody is, not who.
TITLES = {"MR", "MRS", "MS", "DR", "INC", "LLC", "LP", "LTD", "CO", "CORP", "THE"}


def resembles(said: str, name: str) -> bool:
    """Is every word of the name among those said, or its initial; and one of them in full?

    Strict on purpose: who is turned away here is looked at by people, not sent away.
    """
    words, wanted = _words(said), _words(name)
    in_full = [word for word in wanted if word in words]
    return bool(in_full) and all(word in words or word[0] in words for word in wanted)


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    # An apostrophe parts no word: O’Neill is ONEILL to a bank.
    words = set(re.findall(r"[A-Z0-9]+", re.sub(r"['’.]", "", plain)))
    return (words - TITLES) or words
