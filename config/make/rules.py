"""Every numbered rule is named by a test, and no test names a rule there is not."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from config.make.stages import ROOT

RULES = ROOT / "docs" / "rules"
TESTS = (
    *(f"{app}/**/test_*.py" for app in ("portal", "trading", "compliance", "config", "tests")),
    "frontend/src/**/*.test.ts*",
)
CODE = re.compile(r"\b[A-Z]{4}-\d{3}\b")
STATED = re.compile(rf"^- \*\*({CODE.pattern})\*\*", re.MULTILINE)


def main() -> int:
    stated = [code for path in sorted(RULES.glob("*.md")) for code in STATED.findall(path.read_text())]
    named = {code: path for path in tests() for code in CODE.findall(path.read_text())}
    faults = [
        *(f"{code} is stated twice" for code in sorted({code for code in stated if stated.count(code) > 1})),
        *(f"{code} is named by no test" for code in stated if code not in named),
        *(
            f"{code} is no rule, but {named[code].relative_to(ROOT)} names it"
            for code in sorted(named.keys() - stated)
        ),
    ]
    print(*faults, f"{len(stated)} rules, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


def tests() -> Iterator[Path]:
    for pattern in TESTS:
        yield from sorted(ROOT.glob(pattern))


if __name__ == "__main__":
    sys.exit(main())
