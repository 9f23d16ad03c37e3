"""`medunet limits`."""

from __future__ import annotations

from medunet.cli.options import Debug, Json, Limit, Quiet
from medunet.cli.terminal import columns, show, table


def limits(limit: Limit = None, quiet: Quiet = False, as_json: Json = False, debug: Debug = False) -> None:
    """What is read at most, and the option that raises each limit.

    \b
    Examples:
      medunet limits
      medunet limits --limit max_pixels=4e8
    """
    from medunet.images import limits_in_force

    rows = [(one.name, f"{one.value:,} {one.unit}", one.why) for one in limits_in_force().values()]
    lines = table(("limit", "largest", "why"), rows, columns())
    lines.append("Another value: --limit NAME=NUMBER with any command that reads files.")
    show(
        {"limits": {one.name: {"value": one.value, "unit": one.unit, "why": one.why, "option": f"--limit {one.name}="}
                    for one in limits_in_force().values()}},
        lines,
        as_json=as_json,
    )  # fmt: skip
