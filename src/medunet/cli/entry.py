"""The entry point: runs the app and turns every way to end into one line and an exit code.

0 done · 1 could not be done · 2 the call's words · 3 done, but some inputs failed · 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, NoReturn

import typer

from medunet.errors import MedunetError

# typer carries click's error classes under a private name; its public BadParameter leads to their common base.
_WrongWords: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def main() -> NoReturn:
    """Run `medunet` with the words of the command line."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run one command; returns its exit code."""
    from medunet.cli.app import app

    debug = "--debug" in words
    try:
        code = app(words, standalone_mode=False, prog_name="medunet")
        return code if isinstance(code, int) else 0
    except MedunetError as fault:
        return _fail(str(fault), fault.exit_code, debug)
    except _WrongWords as fault:
        fault.show(sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _fail("stopped; what was saved is whole, the same call goes on", 130, debug=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return _fail("memory: there is not enough for this input. Give smaller inputs or a larger machine.", 1, debug)
    except Exception as fault:
        return _fail(f"medunet failed ({type(fault).__name__}: {fault}). This is a bug: --debug shows where.", 1, debug)


def _fail(text: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    line = " ".join(text.split())
    print(f"medunet: {line}", file=sys.stderr)
    return code
