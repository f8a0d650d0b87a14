"""A real browser for tests: the machine's own Chromium or Chrome, else the one that npm ships."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from config import env
from config.make import node
from config.make.setup import Stamp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGE = env.BASE_DIR / "tests" / "e2e"
UNPACKED = env.DATA_DIR / "browser"
# Sandboxes need rights that root has not and containers do not give; none of it may call home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# How sign-in answers that another step is to be taken, or that something is not set up yet.
NEXT_STEP = re.compile(r"status of 40[14] .*/_allauth/")
AXE = env.BASE_DIR / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


@dataclass(frozen=True)
class Executable:
    path: str
    environment: dict[str, str] = field(default_factory=dict)


def launch(playwright: Playwright) -> Browser:
    """Try every browser there could be; that none works is a failure, never a reason to skip."""
    failures = []
    for executable in executables():
        try:
            found = executable()
            return playwright.chromium.launch(
                executable_path=found.path, args=FLAGS, env={**os.environ, **found.environment}
            )
        except (Error, OSError, subprocess.CalledProcessError) as failure:
            failures.append(str(failure))
    raise RuntimeError("No browser works here:\n\n" + "\n\n".join(failures))


def executables() -> Iterator[Callable[[], Executable]]:
    for name in NAMES:
        if path := shutil.which(name):
            yield lambda path=path: Executable(path)  # type: ignore[misc]
    yield shipped


def shipped() -> Executable:
    """The npm package's Chromium with the libraries and fonts a bare machine lacks, unpacked once."""
    stamp = Stamp(UNPACKED / ".stamp", [PACKAGE / "package-lock.json"])
    if not stamp.fresh():
        shutil.rmtree(UNPACKED, ignore_errors=True)
        UNPACKED.mkdir(parents=True)
        found = node.find()
        npm_ci: list[str | Path] = [*found.npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier"]
        _run(npm_ci, found.environment)
        # The package unpacks where temporary files go, and the libraries only where it was made for.
        unpack = 'import("@sparticuz/chromium").then((it) => it.default.executablePath())'
        wanted = {"TMPDIR": str(UNPACKED), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        _run([found.executable, "--eval", unpack], found.environment | wanted)
        # Its own list of fonts names the folders of where it was made for; without a font there is no text.
        (UNPACKED / "fonts.conf").write_text(
            f"<fontconfig><dir>{UNPACKED}/fonts</dir><cachedir>{UNPACKED}/cache</cachedir></fontconfig>"
        )
        stamp.write()
    environment = {
        "LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(UNPACKED / "fonts.conf"),
    }
    return Executable(str(UNPACKED / "chromium"), environment)


def _run(command: Sequence[str | Path], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=PACKAGE, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


@dataclass
class Complaints:
    """What the browser says against a page: console errors, uncaught exceptions, broken content policy."""

    heard: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        # Broken policies are errors in the console too, but not all of them, and not in every Chromium.
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', (it) => console.error("
            "`content policy: ${it.effectiveDirective} ${it.blockedURI} ${it.sourceFile}`))"
        )
        context.on("console", lambda it: self.hear(f"{it.text} ({_place(it.location)})", it.type == "error"))
        context.on("weberror", lambda it: self.hear(f"uncaught: {it.error.stack or it.error}"))

    def hear(self, said: str, is_complaint: bool = True) -> None:
        if is_complaint:
            self.heard.append(said)

    @property
    def unexpected(self) -> list[str]:
        said = [said for said in self.heard if not NEXT_STEP.search(said)]
        return [one for one in said if not any(part in one for part in self.expected)]


def _place(location: Any) -> str:
    return f"{location.get('url', '')}:{location.get('lineNumber', '')}"


def grave_faults(page: Page) -> list[str]:
    """What axe finds on the page as it is now that shuts somebody out: a line for each rule broken."""
    # Colours on their way to others are nobody's fault.
    page.evaluate("document.getAnimations().forEach((it) => it instanceof CSSTransition && it.finish())")
    # Evaluated by the debugger's protocol, which no content policy concerns; styles it would fetch again do.
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [_in_words(violation) for violation in found["violations"] if violation["impact"] in GRAVE]


def _in_words(violation: dict[str, Any]) -> str:
    places = {
        f"{' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for node in violation["nodes"]
    }
    return "\n    ".join([f"{violation['impact']} {violation['id']}", *sorted(places)])
