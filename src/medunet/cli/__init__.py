"""The command line: words in, words out. Every command parses, calls one workflow, prints, and sets the exit code.

Nothing heavy is imported here; a command imports its workflow when it runs, so that every `--help` is quick.
"""

from medunet.cli.entry import main

__all__ = ["main"]
