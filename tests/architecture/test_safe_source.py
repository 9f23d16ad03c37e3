"""What no module may do: print, assert, run strangers' code, look at the clock or the environment, name a machine."""

from __future__ import annotations

import ast
import re

import pytest

SHELL = {"cli", "workflows"}
"""The layers that may look at the clock, the terminal and the environment."""

UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "telnetlib"}
UNSAFE_NAMES = {"eval", "exec", "__import__"}
UNSAFE_CALLS = {
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "yaml.load_all",
    "yaml.unsafe_load_all",
    "os.system",
    "os.popen",
    "tempfile.mktemp",
    "pandas.read_pickle",
}
UNSAFE_METHODS = {"extractall", "unpack_archive"}
UNSAFE_OPTIONS = {("shell", True), ("weights_only", False), ("allow_pickle", True), ("trust_remote_code", True)}

ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "sys.argv", "sys.stdin", "os.getcwd"}
CLOCK = {
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "time.sleep",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
}


def dotted(node):
    """`a.b.c` of an attribute or a name; "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return set()


def unsafe(text):
    """Calls that run code out of data, in source text."""
    found = []
    for node in ast.walk(ast.parse(text)):
        found += [name for name in imported(node) if name.split(".")[0] in UNSAFE_MODULES or name in UNSAFE_CALLS]
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        options = {(word.arg, word.value.value) for word in node.keywords if isinstance(word.value, ast.Constant)}
        if name in UNSAFE_NAMES | UNSAFE_CALLS or name.split(".")[-1] in UNSAFE_METHODS:
            found.append(name)
        if name == "torch.load" and ("weights_only", True) not in options:
            found.append("torch.load without weights_only=True")
        found += [f"{option}={value}" for option, value in options & UNSAFE_OPTIONS]
    return found


def talks(text):
    """print and input."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return [name for node in calls if (name := dotted(node.func)) in {"print", "input", "sys.stdout.write"}]


def asserts(text):
    return [f"line {node.lineno}" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assert)]


def looks_around(text):
    """The environment and the clock."""
    found = []
    for node in ast.walk(ast.parse(text)):
        names = imported(node) | ({dotted(node)} if isinstance(node, ast.Attribute) else set())
        found += [name for name in names if any(name.endswith(one) for one in ENVIRONMENT | CLOCK)]
    return found


def breaches(check, modules, source, without=frozenset()):
    chosen = (module for module in modules if module.parts[0] not in without)
    return {str(module): found for module in chosen if (found := check(source(module)))}


def test_nothing_runs_code_out_of_data(modules, source):
    assert breaches(unsafe, modules, source) == {}


def test_only_the_command_line_prints(modules, source):
    assert breaches(talks, modules, source, without={"cli"}) == {}


def test_nothing_asserts_what_a_user_gave(modules, source):
    assert breaches(asserts, modules, source) == {}


def test_only_the_shell_looks_at_clock_and_environment(modules, source):
    assert breaches(looks_around, modules, source, without=SHELL) == {}


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (unsafe, "import pickle"),
        (unsafe, "from joblib import load"),
        (unsafe, "from yaml import load"),
        (unsafe, "import yaml\nyaml.load(text)"),
        (unsafe, "eval('1')"),
        (unsafe, "exec(code)"),
        (unsafe, "subprocess.run(words, shell=True)"),
        (unsafe, "torch.load(path, weights_only=False)"),
        (unsafe, "torch.load(path)"),
        (unsafe, "np.load(path, allow_pickle=True)"),
        (unsafe, "archive.extractall(folder)"),
        (unsafe, "os.system('ls')"),
        (talks, "print('x')"),
        (talks, "name = input('who? ')"),
        (asserts, "def f(x):\n    assert x > 0"),
        (looks_around, "os.environ['HOME']"),
        (looks_around, "from os import environ"),
        (looks_around, "os.getenv('X')"),
        (looks_around, "time.monotonic()"),
        (looks_around, "from time import perf_counter"),
        (looks_around, "datetime.now()"),
        (looks_around, "datetime.datetime.now()"),
    ],
)
def test_a_breach_would_be_found(check, text):
    assert check(text)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (unsafe, "yaml.safe_load(text)"),
        (unsafe, "torch.load(path, weights_only=True)"),
        (unsafe, "network.eval()"),
        (unsafe, "subprocess.run(words, check=True)"),
        (looks_around, "clock()"),
        (looks_around, "self.time.last"),
    ],
)
def test_what_is_allowed_stays_allowed(check, text):
    assert check(text) == []


# Spelt so that this file does not name a machine itself.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers", "mnt"]) + r")/\w|[A-Z]:\\\\\w"
)


def test_no_file_names_a_machine(root):
    chosen = [root / name for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", ".ci/run")]
    for folder in ("src", "tests", "docs", "benchmarks"):
        chosen += [
            path
            for path in (root / folder).rglob("*")
            if path.suffix in {".py", ".md", ".yaml", ".html", ".json", ".css", ".svg"}
        ]
    found = {}
    for path in chosen:
        if path.is_file() and (hits := MACHINE_PATHS.findall(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(root))] = hits
    assert found == {}


@pytest.mark.parametrize("text", ["open('/ho" + "me/x/data')", '"/wo' + 'rk/main"', "C:\\\\" + "films"])
def test_a_machine_path_would_be_found(text):
    assert MACHINE_PATHS.search(text)
