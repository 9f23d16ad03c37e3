"""The entry point: runs one command and turns every way to end into one line and an exit code.

0 done · 1 could not be done · 2 the call's words · 3 done, but some inputs failed · 130 stopped by Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from medunet.errors import MedunetError

_AFTER_A_STOP = {
    "train": "the same call with --resume goes on from the last whole epoch",
    "predict": "the same call goes on",
    "demo": "the same call goes on",
}
"""What to do after Ctrl-C; what is not listed here is simply called again."""


def main() -> NoReturn:
    """Run `medunet` with the words of the command line."""
    import signal

    words = sys.argv[1:]
    try:
        _settle(debug="--debug" in words)
        code = run(words)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # all is written: nothing to save any more
    except KeyboardInterrupt:  # while a fault was put into words
        code = _stopped(words)
    sys.exit(code)


def run(words: list[str]) -> int:
    """Run one command; returns its exit code."""
    debug = "--debug" in words
    if any(not word.strip() or (word.startswith("--") and word.endswith("=")) for word in words):
        # As a path it would be the current folder.
        return _fail("the call: a word is empty. Fill it in: perhaps a variable has no value.", 2, debug=False)
    try:
        return _call(words)
    except MedunetError as fault:
        return _fail(str(fault), fault.exit_code, debug=debug)
    except KeyboardInterrupt:
        return _stopped(words)
    except BrokenPipeError:
        from medunet.cli.terminal import discard_output

        discard_output()
        return 0
    except Exception as fault:
        return _unforeseen(fault, debug)


def _settle(*, debug: bool) -> None:
    """Keep the process's streams safe and other libraries' remarks off the terminal; let a farewell be as Ctrl-C.

    A warning of a library may quote a header, and headers name patients; `--debug` shows them all the same.
    """
    import logging
    import signal
    import warnings

    signal.signal(signal.SIGTERM, _stop)  # of a scheduler, for instance: what is done is saved
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not debug and not sys.warnoptions:
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())


def _stopped(words: list[str]) -> int:
    command = next((word for word in words if not word.startswith("-")), "")
    after = _AFTER_A_STOP.get(command, "call it again")
    return _fail(f"stopped; what was saved is whole, {after}.", 130, debug=False)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _call(words: list[str]) -> int:
    """Parse the words and run their command.

    Not by calling the app: that would take an EOFError of a broken file for Ctrl-C, and end the process by itself.
    """
    import typer

    from medunet.cli.app import command_table

    table = command_table()
    try:
        with table.make_context("medunet", list(words)) as context:
            code = table.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return code if isinstance(code, int) else 0


def _unforeseen(fault: Exception, debug: bool) -> int:
    from medunet.cli.wrong_words import in_words

    wrong = in_words(fault)
    if wrong is not None:
        return _fail(wrong, 2, debug=debug) if wrong else 2
    if _is_memory(fault):
        what = (
            "memory: there is not enough for this. Give smaller inputs, a smaller training.batch or a larger machine."
        )
        return _fail(what, 1, debug=debug)
    if isinstance(fault, OSError):
        where, why = fault.filename or "the system", fault.strerror or type(fault).__name__
        return _fail(f"{where}: {why}. Check that it is there and that you may read and write it.", 1, debug=debug)
    # Not the fault's own text: a library's may quote a header, and headers name patients.
    what = f"{type(fault).__name__} in {_place(fault)}"
    return _fail(f"medunet failed: {what}. This is a bug of medunet; --debug shows all of it.", 1, debug=debug)


def _is_memory(fault: Exception) -> bool:
    """Whether memory ran out: Python's own error, or PyTorch's, which is known by its words alone on a processor."""
    return isinstance(fault, MemoryError) or any(
        sign in f"{type(fault).__name__}: {fault}" for sign in ("OutOfMemoryError", "can't allocate memory")
    )


def _place(fault: Exception) -> str:
    """The line of medunet that a fault came through last."""
    import traceback
    from pathlib import Path

    package = Path(__file__).parents[1]
    frames = [
        frame for frame in traceback.extract_tb(fault.__traceback__) if Path(frame.filename).is_relative_to(package)
    ]
    last = frames[-1]
    return f"{Path(last.filename).relative_to(package).as_posix()} line {last.lineno}"


def _fail(text: str, code: int, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    from medunet.cli.terminal import plain

    print(f"medunet: {plain(' '.join(text.split()))}", file=sys.stderr)
    return code
