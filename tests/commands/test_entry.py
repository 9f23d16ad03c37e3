"""Every way to end is one line and an exit code."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import warnings

import pytest

from medunet.cli import entry
from medunet.errors import InputError, OutputError, TrainingError, UsageError


@pytest.fixture
def ends(monkeypatch, medunet):
    """Let the work of `medunet recipes` end with a fault."""

    def call(fault, *words):
        def work():
            raise fault

        monkeypatch.setattr("medunet.planning.recipe_names", work)
        return medunet("recipes", *words)

    return call


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (InputError("a.png", "is damaged", "Send it again"), 1, "medunet: a.png: is damaged. Send it again."),
        (OutputError("out", "is full", "Write elsewhere"), 1, "medunet: out: is full. Write elsewhere."),
        (TrainingError("epoch 3", "loss is NaN", "Lower lr"), 1, "medunet: epoch 3: loss is NaN. Lower lr."),
        (UsageError("--fold", "9 is none", "0 to 4"), 2, "medunet: --fold: 9 is none. 0 to 4."),
        (InputError("a\nb", "has a\nbreak", "Rename it"), 1, "medunet: a b: has a break. Rename it."),
        (InputError("a\x1b[2J", "is odd", "Rename it"), 1, "medunet: a�[2J: is odd. Rename it."),
    ],
)
def test_a_fault_of_ours_is_its_one_line(ends, fault, code, message):
    ended = ends(fault)
    assert (ended.code, ended.out, ended.err) == (code, "", message + "\n")


@pytest.mark.parametrize("fault", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 1 TB")])
def test_too_little_memory_is_no_bug(ends, fault):
    ended = ends(fault)
    assert ended.code == 1
    assert ended.message.startswith("medunet: memory: there is not enough")


def test_a_graphics_card_s_memory_counts_too(ends):
    class OutOfMemoryError(RuntimeError):
        """Named as PyTorch's."""

    assert ends(OutOfMemoryError("CUDA out of memory")).message.startswith("medunet: memory:")


def test_a_fault_of_the_system_names_the_file(ends):
    ended = ends(PermissionError(13, "Permission denied", "films/a.png"))
    assert (ended.code, ended.message.split(". ")[0]) == (1, "medunet: films/a.png: Permission denied")


def test_an_unforeseen_fault_says_where_and_quotes_no_header(ends):
    ended = ends(ValueError("PatientName is Doe^Jane"))
    assert ended.code == 1
    assert "ValueError in cli/recipes.py line " in ended.message
    assert "bug" in ended.message
    assert "Doe" not in ended.err


def test_the_end_of_a_broken_file_is_not_taken_for_ctrl_c(ends):
    """click takes EOFError for an aborted prompt; here it is what a truncated gzip file raises."""
    assert ends(EOFError("Compressed file ended")).code == 1


def test_ctrl_c_says_how_to_go_on(ends):
    ended = ends(KeyboardInterrupt())
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == "medunet: stopped; what was saved is whole, call it again.\n"


def test_a_stopped_demo_goes_on_and_needs_no_new_start(medunet, monkeypatch):
    def stopped(*words, **told):
        raise KeyboardInterrupt

    monkeypatch.setattr("medunet.workflows.demo.demo", stopped)
    ended = medunet("demo")
    assert (ended.code, ended.err) == (130, "medunet: stopped; what was saved is whole, the same call goes on.\n")


def test_debug_shows_the_traceback_and_the_line(ends):
    ended = ends(InputError("a.png", "is damaged", "Send it again"), "--debug")
    assert "Traceback (most recent call last)" in ended.err
    assert ended.err.splitlines()[-1] == "medunet: a.png: is damaged. Send it again."


def test_a_reader_of_the_result_that_left_is_no_fault(ends, monkeypatch):
    monkeypatch.setattr("medunet.cli.terminal.discard_output", lambda: None)
    ended = ends(BrokenPipeError())
    assert (ended.code, ended.err) == (0, "")


def test_main_leaves_with_the_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["medunet", "no-such-command"])
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("medunet: no such command")


def test_a_stop_while_a_fault_is_put_into_words_is_one_line(monkeypatch, capsys):
    def stopped(_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["medunet", "predict", "--wrong"])
    monkeypatch.setattr(entry, "run", stopped)
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 130
    assert capsys.readouterr().err == "medunet: stopped; what was saved is whole, the same call goes on.\n"


def test_remarks_of_libraries_stay_off_the_terminal(process, tmp_path):
    """A library's warning may quote a header, and headers name patients."""
    program = "import sys, warnings, logging\nfrom medunet.cli.entry import _settle\n_settle(debug={})\n"
    program += "warnings.warn('Invalid value Doe^Jane')\nlogging.getLogger('tifffile').warning('Doe^Jane')"

    def said(debug):
        done = subprocess.run([sys.executable, "-c", program.format(debug)], capture_output=True, text=True, check=True)
        return done.stderr

    assert said(False) == ""
    assert said(True).count("Doe^Jane") >= 2


def test_a_developers_own_filters_stand(monkeypatch):
    monkeypatch.setattr(sys, "warnoptions", ["error"])
    with warnings.catch_warnings():
        before = list(warnings.filters)
        entry._settle(debug=False)
        assert warnings.filters == before


# --- streams of a real process ---


@pytest.mark.parametrize("words", [["recipes", "show", "chest-xray-small"], ["train", "--help"], ["recipes", "--json"]])
def test_a_pipe_that_is_closed_early_leaves_no_traceback(process, words):
    running = process.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert (running.wait(), err) == (0, "")


def test_a_closed_pipe_does_not_hide_that_films_failed(process, own_films, tmp_path):
    (own_films / "masks" / "film-00.png").write_text("no picture", encoding="utf-8")
    running = process.start(
        "measure",
        own_films / "masks",
        "--out",
        tmp_path / "out",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    running.stdout.close()
    assert running.wait() == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_under_standard_output(process):
    with open("/dev/full", "w") as full:
        running = process.start("recipes", stdout=full, stderr=subprocess.PIPE)
        err = running.stderr.read()
        running.stderr.close()
    assert running.wait() == 1
    assert err.splitlines() == [
        "medunet: standard output: cannot be written (No space left on device). Write elsewhere."
    ]


def test_no_standard_output_at_all(process):
    closed = "import os; os.close(1); "
    done = subprocess.run(
        [sys.executable, "-c", closed + "from medunet.cli.entry import run; raise SystemExit(run(['recipes']))"],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_all_letters(process, films, tmp_path, encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", "from medunet.cli.entry import main; main()", "measure", str(films / "masks")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"12 films done" in done.stdout
    assert b"right lung" in done.stderr


# --- Ctrl-C in a real process ---


def wait_for(condition, running, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert running.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < end, "it never began"
        time.sleep(0.02)


def stop(running):
    """Send Ctrl-C; the exit code and standard error."""
    running.send_signal(signal.SIGINT)
    err = running.stderr.read()
    running.stderr.close()
    return running.wait(), err


def unfinished(folder):
    """Temporary files of writing whole or not at all."""
    return [path for path in folder.rglob(".*") if path.name != ".medunet.json"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches processes another way there")
def test_ctrl_c_while_predicting_keeps_what_is_done(process, medunet, films, trained, tmp_path):
    import shutil

    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        shutil.copy(films / "images" / f"film-{number % 12:02d}.png", many / f"film-{number:02d}.png")
    words = ("predict", many, "--model", trained, "--out", tmp_path / "out")
    masks = tmp_path / "out" / "masks"
    running = process.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(lambda: len(list(masks.glob("film-*.png"))) > 1, running)
    code, err = stop(running)
    assert code == 130
    assert err.splitlines()[-1] == "medunet: stopped; what was saved is whole, the same call goes on."
    assert "Traceback" not in err
    assert unfinished(tmp_path / "out") == []
    kept = {path: path.stat().st_mtime_ns for path in masks.glob("film-*.png")}
    assert 2 <= len(kept) < 30
    ended = medunet(*words, "--json", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    result = json.loads(ended.out)
    assert result["done"] == 30
    assert result["already_there"] >= len(kept) - 1
    untouched = [path for path, time_ns in kept.items() if path.stat().st_mtime_ns == time_ns]
    assert len(untouched) >= len(kept) - 1


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches processes another way there")
def test_ctrl_c_while_training_keeps_the_last_whole_epoch(process, medunet, films, tmp_path):
    run = tmp_path / "run"
    small = ("--set", "input.size=[32,32]", "--set", "network.widths=[4,8]", "--set", "training.epochs=400")
    words = ("train", films, "--out", run, *small, "--set", "training.steps=null")
    running = process.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(lambda: (run / "log.csv").is_file(), running)
    code, err = stop(running)
    assert code == 130
    assert "--resume" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert (run / "checkpoints" / "last.ckpt").is_file()
    assert unfinished(run) == []
    again = medunet(*words, "--quiet")
    assert again.code == 1
    assert "--resume" in again.message


def test_the_console_script_is_the_same_program(process):
    from importlib import metadata

    (script,) = metadata.entry_points(group="console_scripts", name="medunet")
    assert script.load() is entry.main


def test_streams_that_cannot_be_set_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    entry._settle(debug=True)
