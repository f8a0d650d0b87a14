"""`make mutation`: change the book and the auction in one place at a time, and see whether a test notices.

Each change is tried in a process of its own that runs the quick rule tests. What survives is listed in
docs/mutation.md with the reason written there, which is kept from one run to the next. (The known tools
copy the project or run its conftest, which starts servers; this needs neither.)
"""

import ast
import contextlib
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from types import ModuleType

import pytest

from config.make.stages import ROOT

MODULES = ("trading.engine.book", "trading.engine.auction")
TESTS = ROOT / "trading" / "tests" / "engine"
# Those of everything else in the engine would only slow it down.
QUICK = (
    "test_book",
    "test_auctions",
    "test_self_trade",
    "test_conditions",
    "test_matching",
    "test_cancel_and_replace",
    "test_pairs",
)
PYTEST = ["-q", "-x", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull]
SECONDS = 10  # of processor time: the tests take one
BYTES = 2**31
WANTED = 0.9
RESULT = ROOT / "docs" / "mutation.md"

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
}


@dataclass
class Mutant:
    module: str
    line: int
    change: str  # what it was → what it is
    source: str
    killed: bool = False


def main() -> int:
    began = time.monotonic()
    mutants = [mutant for module in MODULES for mutant in mutants_of(module)]
    if not passes(None):
        sys.exit("The tests fail as it is.")
    with ThreadPool(os.cpu_count()) as pool:
        for tried, mutant in enumerate(pool.imap(attempt, mutants), 1):
            print(f"\r{tried} of {len(mutants)}, last line {mutant.line}", end="", flush=True)
    killed = sum(mutant.killed for mutant in mutants)
    print(f"\r{killed} of {len(mutants)} killed in {time.monotonic() - began:.0f} s")
    write(mutants, killed)
    return 0 if killed >= WANTED * len(mutants) else 1


def attempt(mutant: Mutant) -> Mutant:
    mutant.killed = not passes(mutant)
    return mutant


# The changes


def mutants_of(module: str) -> Iterator[Mutant]:
    tree = ast.parse(path_of(module).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for part in function.body for node in ast.walk(part)}
    for index, node in enumerate(ast.walk(tree)):
        if id(node) not in inside:
            continue
        for changed in changes(node):
            mutated = copy.deepcopy(tree)
            replace(mutated, index, changed)
            if ast.unparse(mutated) != ast.unparse(tree):
                told = f"`{shown(node)}` → `{shown(changed)}`"
                yield Mutant(module, getattr(node, "lineno", 0), told, ast.unparse(mutated))


def changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for kind in COMPARISONS[type(op)]:
                yield ast.Compare(node.left, [kind()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp():
            yield node.operand
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.AugAssign():
            yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)
            yield ast.Pass()
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield ast.Return(None)
        case ast.Expr(value=ast.Call()) | ast.Delete() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute()]):
            yield ast.Pass()
        case ast.If() | ast.While() | ast.IfExp() if not isinstance(node.test, ast.Compare | ast.BoolOp):
            negated = copy.copy(node)
            negated.test = ast.UnaryOp(ast.Not(), node.test)
            yield negated


def replace(tree: ast.AST, index: int, changed: ast.AST) -> None:
    """Put `changed` in the place of the node that a walk comes to as number `index`."""
    old = next(node for number, node in enumerate(ast.walk(tree)) if number == index)
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, ast.fix_missing_locations(changed))
            elif isinstance(value, list) and any(item is old for item in value):
                value[:] = [ast.fix_missing_locations(changed) if item is old else item for item in value]


def shown(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0].replace("|", "¦")


# The trials


class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the mutant where the module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self.mutant.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, self.mutant.module, "exec"), module.__dict__)


def passes(mutant: Mutant | None) -> bool:
    child = os.fork()
    if not child:
        os._exit(run(mutant))
    _, status = os.waitpid(child, 0)
    return status == 0


def run(mutant: Mutant | None) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # some changes never end
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    if mutant is not None:
        sys.meta_path.insert(0, Loader(mutant))
    with (
        open(os.devnull, "w") as silence,
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        try:
            return int(pytest.main([*PYTEST, *(f"{TESTS / name}.py" for name in QUICK)]))
        except BaseException:
            return 1


# The result


def write(mutants: list[Mutant], killed: int) -> None:
    reasons = dict(rows(RESULT.read_text())) if RESULT.exists() else {}
    survivors = [
        f"{mutant.module.rpartition('.')[2]}: {mutant.change}" for mutant in mutants if not mutant.killed
    ]
    lines = [
        "# Mutation testing of the book and the auction",
        "",
        "`make mutation` changes one place at a time and runs the quick rule tests of the engine against it.",
        f"Of {len(mutants)} changes {killed} were noticed ({killed / len(mutants):.1%}). The others:",
        "",
        "| Change | Why no test can tell, or need not |",
        "|---|---|",
        *(f"| {survivor} | {reasons.get(survivor, '')} |" for survivor in survivors),
    ]
    RESULT.write_text("\n".join(lines) + "\n")


def rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.startswith("| ") and line.count("|") == 3:
            _, change, reason, _ = line.split("|")
            yield change.strip(), reason.strip()


def path_of(module: str) -> Path:
    return ROOT / Path(*module.split(".")).with_suffix(".py")


if __name__ == "__main__":
    sys.exit(main())
