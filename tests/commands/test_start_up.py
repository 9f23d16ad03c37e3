"""`--help` of every command answers at once and loads nothing heavy; a command loads only what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from medunet.cli.app import command_table

# pydantic is not among them: typer brings it, and it is quick.
HEAVY = (
    "lightning",
    "matplotlib",
    "nibabel",
    "numpy",
    "pandas",
    "PIL",
    "pydicom",
    "scipy",
    "scipy.optimize",
    "scipy.spatial",
    "scipy.stats",
    "torch",
    "yaml",
    "medunet.auditing",
    "medunet.phantoms",
    "medunet.scoring",
    "medunet.studies",
    "medunet.training",
)
STATISTICS = {"scipy.optimize", "scipy.spatial", "scipy.stats", "medunet.scoring", "medunet.studies"}

PROBE = f"""
import json, sys
{{before}}
from medunet.cli.entry import run
words = {{words!r}}
code = run(words)
print("\\n" + json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules]]))
"""


def called():
    table = command_table()
    yield []
    for name, command in table.commands.items():
        yield [name]
        yield from ([name, below] for below in getattr(command, "commands", {}))


def children_seconds():
    """Processor time of the processes that this one has waited for."""
    times = os.times()
    return times.children_user + times.children_system


def probe(words, before="", cwd=None):
    """Exit code of a call in a new process, and which heavy packages it had loaded when it ended."""
    program = PROBE.format(words=[str(word) for word in words], before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=cwd)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("path", list(called()), ids=lambda path: " ".join(path) or "medunet")
def test_help_loads_nothing_heavy_and_is_quick(path):
    start = children_seconds()
    code, heavy = probe([*path, "--help"])
    seconds = children_seconds() - start
    assert (code, heavy) == (0, [])
    # The promise is half a second on a quiet machine; benchmarks/startup.py prints the real figure. Here the time of
    # the processor counts, which a busy machine changes little.
    assert seconds < 2


@pytest.mark.parametrize("words", [["--version"], ["no-such-command"], ["predict", "--no-such-option"], []])
def test_wrong_words_load_nothing_heavy_either(words):
    assert probe(words)[1] == []


def test_the_probe_would_notice():
    assert probe(["--help"], before="import numpy")[1] == ["numpy"]


def test_the_list_of_recipes_needs_no_network(tmp_path):
    code, heavy = probe(["recipes", "show", "chest-xray-small"])
    assert code == 0
    assert not {"torch", "lightning", "scipy", "matplotlib"} & set(heavy)


def test_measuring_needs_no_network(films, tmp_path):
    code, heavy = probe(["measure", films / "masks", "--images", films / "images", "--quiet"], cwd=tmp_path)
    assert code == 0
    assert not {"torch", "lightning", "pandas", *STATISTICS} & set(heavy)


def test_predicting_a_film_loads_only_what_one_film_needs(films, tmp_path):
    """The packaged model has all that a model can have: intervals, an estimate of quality and an input check."""
    film = films / "images" / "film-00.png"
    code, heavy = probe(["predict", film, "--model", "chest-xray", "--quiet"], cwd=tmp_path)
    assert (code, heavy) == (0, ["numpy", "PIL", "scipy", "torch", "yaml"])
