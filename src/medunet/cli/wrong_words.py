"""Wrong words of a call as one line, with the words that are known."""

from __future__ import annotations

from typing import Any

from medunet.errors import did_you_mean


def in_words(fault: Exception) -> str | None:
    """What was wrong with the call's words.

    Returns:
        One line; "" where the help was shown instead, because there were no words at all; None for any other fault.
    """
    # typer keeps click's error classes under a private name; they are known by their public names in the MRO.
    kinds = {kind.__name__ for kind in type(fault).__mro__}
    if "ClickException" not in kinds:
        return None
    shown: Any = fault
    if "NoArgsIsHelpError" in kinds:
        shown.show()
        return ""
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "medunet"
    called = path.removeprefix("medunet").strip()
    where = f"{called}: " if called else ""
    return f"{where}{_what(shown, context)} See {path} --help."


def _what(fault: Any, context: Any) -> str:
    """The parser's own words in one sentence; what a missing word is, or the options or commands there are instead."""
    known: list[str] = []
    meant = ""
    text = fault.format_message()
    if hasattr(fault, "possibilities"):
        text = fault.message  # its formatted message names a few options only
        known = [name for parameter in context.command.params for name in parameter.opts if name.startswith("--")]
        known.append("--help")
        meant = did_you_mean(fault.option_name, known)
    elif hasattr(getattr(context, "command", None), "commands"):
        known = list(context.command.commands)
    elif "MissingParameter" in {kind.__name__ for kind in type(fault).__mro__} and (told := fault.param.help):
        text = f"{text.rstrip('.')}: {told[:1].lower()}{told[1:]}"
    text = text.replace("Value error, ", "").rstrip(".")  # pydantic's prefix, which typer passes on
    ending = "" if text.endswith("?") else "."
    there = f"Known are: {', '.join(known)}." if known else ""
    return " ".join(filter(None, (f"{text[:1].lower()}{text[1:]}{ending}", meant.strip(), there)))
