"""Killed between any two files: the same call completes to the same bytes, and what was half written is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from medunet.auditing import memory
from medunet.cli.entry import run
from medunet.images import Grid, Image, meant_name, write_png
from medunet.phantoms import chest_film
from medunet.workflows.output import MARK


def tree(folder):
    """Path → content of all files below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def killed_before_file(number, words):
    """Run a command in a process that is killed when the file of this number is written and has not its name yet.

    Returns:
        Whether it came so far; else it ended.
    """
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        plain, files = os.replace, []

        def replace(*paths):
            files.append(paths)
            if len(files) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            plain(*paths)

        os.replace = replace
        try:
            run([str(word) for word in words])
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.fixture(scope="module")
def data(films, tmp_path_factory):
    """Four films with masks. Not to be changed."""
    root = tmp_path_factory.mktemp("four")
    for folder in ("images", "masks"):
        (root / folder).mkdir()
        for path in sorted((films / folder).glob("*.png"))[:4]:
            shutil.copy2(path, root / folder)
    shutil.copy2(films / "masks" / "labels.json", root / "masks")
    return root


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.parametrize("command", ["convert", "measure", "audit"])
def test_killed_before_any_file_has_its_name(data, tmp_path, command, capfd, plain_pages):
    words = {
        "convert": ["convert", data],
        "measure": ["measure", data / "masks", "--images", data / "images"],
        "audit": ["audit", data],
    }[command]
    words = [*words, "--quiet", "--out"]
    number, out = 0, tmp_path / "out"
    good = run([str(word) for word in [*words, out]])
    assert good in (0, 3)
    undisturbed = tree(out)
    while True:
        number += 1
        shutil.rmtree(out, ignore_errors=True)
        if not killed_before_file(number, [*words, out]):
            break
        left = {path.relative_to(out).as_posix(): path for path in out.rglob(".*") if meant_name(path.name)}
        assert len(left) == 1, "it was not killed in the middle of a file"
        assert run([str(word) for word in [*words, out]]) == good, number
        assert tree(out) == undisturbed, number
    assert number > 5


LINE = """
import os, signal, sys
farewell, left, plain = int(sys.argv.pop(1)), [int(sys.argv.pop(1))], os.replace
def replace(*paths):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), farewell)
    plain(*paths)
os.replace = replace
from medunet.cli import main
main()
"""
"""The program, to which a signal comes when the file of a number is written and has not its name yet."""


@pytest.fixture(scope="module")
def predicting(data, tiny_run):
    """The words of a prediction, but for its folder."""
    return ["predict", data / "images", "--model", tiny_run, "--device", "cpu", "--quiet", "--out"]


@pytest.fixture(scope="module")
def evaluating(data):
    """The words of an evaluation, but for its folder."""
    return ["evaluate", data / "masks", data, "--quiet", "--out"]


@pytest.fixture(scope="module")
def undisturbed(here, tmp_path_factory):
    """What a call leaves when nobody stops it, made once for the same words."""
    known = {}

    def of(words):
        if tuple(words) not in known:
            out = tmp_path_factory.mktemp("undisturbed") / "out"
            assert here(*words, out)[0] == 0
            known[tuple(words)] = tree(out)
        return known[tuple(words)]

    return of


@pytest.mark.parametrize(("command", "number"), [("predicting", 2), ("predicting", 11), ("evaluating", 4)])
def test_killed_in_the_middle_of_a_file(request, program, here, undisturbed, tmp_path, command, number):
    words = request.getfixturevalue(command)
    code, _, _ = program.run(int(signal.SIGKILL), number, *words, tmp_path / "out", line=LINE)
    assert code == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "out").rglob(".*") if meant_name(path.name)]
    code, _, err = here(*words, tmp_path / "out")
    assert (code, err) == (0, "")
    assert tree(tmp_path / "out") == undisturbed(words)


@pytest.fixture(scope="module")
def predicting_many(tiny_run, tmp_path_factory):
    """The words of a prediction of 40 films, but for its folder."""
    root = tmp_path_factory.mktemp("many")
    for index in range(40):
        write_png(root / f"{index:02d}.png", chest_film(5, index % 4, size=64).image)
    return ["predict", root, "--model", tiny_run, "--device", "cpu", "--quiet", "--out"]


@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_a_batch_that_is_stopped_keeps_what_is_done_and_ends_alike(
    predicting_many, program, here, undisturbed, wait_for, tmp_path, farewell
):
    whole = undisturbed(predicting_many)
    masks = tmp_path / "out" / "masks"
    process = program.start(*predicting_many, tmp_path / "out")
    wait_for(lambda: len(list(masks.glob("[0-9]*.png"))) > 4, process)
    process.send_signal(farewell)
    out, err = process.communicate(timeout=60)
    if farewell is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert (process.returncode, out) == (130, "")
        assert err.startswith("medunet: stopped; what was saved is whole")
        assert [path.name for path in (tmp_path / "out").rglob(".*")] == [MARK]
    done = {f"masks/{path.name}": path.read_bytes() for path in masks.glob("[0-9]*.png")}
    assert 4 < len(done) < 40
    assert done.items() <= whole.items()
    code, _, err = here(*predicting_many, tmp_path / "out")
    assert (code, err) == (0, "")
    assert tree(tmp_path / "out") == whole


COUNTED = """
import os, sys, time
from medunet.auditing import memory, rounds
told, rest, plain = sys.argv.pop(1), 0.02, rounds.look_at
memory.MOST, memory.SECONDS = int(sys.argv.pop(1)), float(sys.argv.pop(1))
looked = os.open(told, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
def look_at(case):
    look = plain(case)
    time.sleep(rest)
    os.write(looked, f"{case.id}\\n".encode())
    return look
rounds.look_at = look_at
from medunet.cli import main
main()
"""
"""The program, which tells each look in a file, keeps looks after so many or so many seconds, and rests after each."""


@pytest.mark.parametrize(
    ("most", "seconds", "lost"), [(32, 600, 32), (256, 0.2, 12)], ids=["kept by their number", "kept by the clock"]
)
def test_an_audit_that_is_killed_makes_the_looks_of_one_batch_again(program, wait_for, tmp_path, most, seconds, lost):
    films, noise = 120, np.random.default_rng(3)
    for number in range(films):
        array = noise.integers(0, 2 if number % 50 == 0 else 256, (16, 16), dtype=np.uint8)
        write_png(tmp_path / "data" / f"{number:03d}.png", Image(array[None], Grid(array.shape)))
    out = tmp_path / "out"

    def words(told):
        return [tmp_path / told, most, seconds, "audit", tmp_path / "data", "--quiet", "--out", out]

    def looked(told):
        return (tmp_path / told).read_text().split() if (tmp_path / told).exists() else []

    def found():
        return {name: held for name, held in tree(out).items() if not name.startswith("looks/")}

    code, _, err = program.run(*words("undisturbed"), line=COUNTED)
    assert (code, len(looked("undisturbed"))) == (3, films), err
    undisturbed, looks = found(), memory.recall(out / "looks")
    shutil.rmtree(out)
    process = program.start(*words("first"), line=COUNTED)
    wait_for(lambda: len(looked("first")) > 50, process)
    process.kill()
    process.communicate()
    before, kept = looked("first"), memory.recall(out / "looks")
    assert 50 < len(before) < films
    assert len(before) - lost <= len(kept) <= len(before)
    code, _, err = program.run(*words("second"), line=COUNTED)
    assert (code, looked("second")) == (3, looked("undisturbed")[len(kept) :]), err
    assert found() == undisturbed
    assert memory.recall(out / "looks") == looks


@pytest.mark.parametrize("command", ["train", "predict", "convert", "evaluate", "measure", "audit", "demo"])
def test_a_second_process_is_refused_and_told_who(films, tiny_run, program, here, tmp_path, command):
    """The first is stopped while it works, so that it is surely there."""
    words = {
        "train": program.train(films, tmp_path / "out", steps=4000),
        "predict": ["predict", films / "images", "--model", tiny_run, "--out", tmp_path / "out"],
        "convert": ["convert", films, "--out", tmp_path / "out"],
        "evaluate": ["evaluate", films / "masks", films, "--out", tmp_path / "out"],
        "measure": ["measure", films / "masks", "--images", films, "--out", tmp_path / "out"],
        "audit": ["audit", films, "--out", tmp_path / "out"],
        "demo": ["demo", "--out", tmp_path / "out"],
    }[command]
    first = program.start(int(signal.SIGSTOP), 4, *words, line=LINE)
    try:
        assert os.WIFSTOPPED(os.waitpid(first.pid, os.WUNTRACED)[1])
        before = tree(tmp_path / "out")
        code, out, err = here(*words, "--quiet")
        assert (code, out) == (1, "")
        told = f"medunet: {tmp_path / 'out'}: is being written by medunet {command} (process {first.pid} on "
        assert err.startswith(told)
        assert err.count("\n") == 1
        assert tree(tmp_path / "out") == before
    finally:
        first.kill()
        first.communicate()
    if command != "demo":  # it would take minutes
        code, _, err = here(*words, "--quiet", *AFTERWARDS.get(command, []))
        assert code in (0, 3 if command == "audit" else 0), err


AFTERWARDS = {"train": ["--overwrite", "--set", "training.steps=4"]}


def test_a_run_is_evaluated_while_another_process_holds_it(films, tiny_run, program, here, tmp_path):
    run_folder = shutil.copytree(tiny_run, tmp_path / "run")
    holder = "import sys, pathlib\nfrom medunet.workflows.lock import held\n" + (
        "with held(pathlib.Path(sys.argv[1]), 'train'):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": program.environment}
    process = subprocess.Popen([sys.executable, "-c", holder, str(run_folder)], **pipes)
    try:
        assert process.stdout.readline() == "held\n"
        code, _, err = here("evaluate", run_folder, "--device", "cpu", "--quiet")
        assert code == 0, err
        assert (run_folder / "evaluation" / "test" / "scores.csv").is_file()
    finally:
        process.communicate()
