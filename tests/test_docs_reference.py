"""The tables of the documentation agree with the program: commands, recipe keys, reasons, messages, limits."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from medunet.cli.app import app
from medunet.measuring import findings, parts, ratios, verdict
from medunet.planning import Recipe

DOCS = Path(__file__).parents[1] / "docs"
SOURCE = Path(__file__).parents[1] / "src" / "medunet"
WORDS_OF_MEASURING = ("areas", "conclude", "findings", "lengths", "parts", "ratios", "verdict")


def command_table() -> dict[str, Any]:
    """Every command by its words: train, models, models show, …"""
    table: dict[str, Any] = {}
    for name, command in typer.main.get_command(app).commands.items():
        table[name] = command
        table |= {f"{name} {word}": inner for word, inner in getattr(command, "commands", {}).items()}
    return table


def table_rows(text: str) -> list[list[str]]:
    """The rows of all tables in a text, headings included; bars in cells are written as \\|."""
    rows = [line for line in text.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no heading {heading}"
    return found[1]


@pytest.mark.parametrize("name", command_table())
def test_every_command_is_documented_with_its_options(name):
    text = section((DOCS / "commands.md").read_text(), f"medunet {name}")
    documented = {row[0]: row[1] for row in table_rows(text) if row[0].startswith("`")}
    wanted: dict[str, str] = {}
    for param in command_table()[name].params:
        if "--help" in param.opts:
            continue
        label = next((option for option in param.opts if option.startswith("--")), None) or param.metavar
        plain = param.default is not None and not getattr(param, "is_flag", False)
        wanted[f"`{label.strip('{}').replace('|', chr(92) + '|')}`"] = (
            "required" if param.required else f"`{param.default}`" if plain else ""
        )
    assert documented.keys() == wanted.keys()
    assert {key: documented[key] for key, default in wanted.items() if default} == {
        k: v for k, v in wanted.items() if v
    }


def recipe_keys(schema: dict[str, Any], part: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """(key, allowed, default) of every key of the recipe, from its JSON schema."""
    for name, value in part["properties"].items():
        inner = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2])
        if inner is not None:
            yield from recipe_keys(schema, inner, f"{prefix}{name}.")
        else:
            yield f"`{prefix}{name}`", allowed(value), shown(value["default"])


def allowed(value: dict[str, Any]) -> str:
    """What a value may be, in words."""
    if "anyOf" in value:
        first, other = value["anyOf"]
        return f"{allowed(first)}, or {'empty' if other['type'] == 'null' else allowed(other)}"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    if value.get("type") == "array" and "minItems" not in value:
        items = value["items"]
        return f"list of {'keys as above' if '$ref' in items else allowed(items)}"
    if value.get("type") == "array":
        count = " to ".join(str(n) for n in sorted({value["minItems"], value["maxItems"]}))
        return f"list of {count}: {allowed(value['items'])}"
    if value.get("type") == "object":
        return f"{allowed(value['propertyNames'])}: {allowed(value['additionalProperties'])} each"
    if value.get("type", "string") in ("string", "boolean"):
        return {"string": "text", "boolean": "`true`, `false`"}[value.get("type", "string")]
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {value[key]:g}" for key, sign in signs.items() if key in value]
    return " ".join([{"integer": "whole number", "number": "number"}[value["type"]], ", ".join(bounds)]).strip()


def shown(default: object) -> str:
    """A default as the table shows it."""
    if default is None or default in ("", {}, []):
        return "empty"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def test_every_key_of_a_recipe_is_documented():
    schema = Recipe.model_json_schema()
    documented = [tuple(row[:3]) for row in table_rows((DOCS / "recipes.md").read_text()) if "`" in row[0]]
    assert documented == list(recipe_keys(schema, schema))


def constants(path: Path, *, with_raised: bool) -> set[str]:
    """The texts in a module's code, joined where they stand side by side; documentation left out."""
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    silent = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    if not with_raised:
        silent |= {id(inner) for node in nodes if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in silent}


@pytest.mark.parametrize("module", WORDS_OF_MEASURING)
def test_every_reason_of_a_measurement_is_documented(module):
    page = " ".join((DOCS / "measure.md").read_text().split())
    texts = {
        text for text in constants(SOURCE / "measuring" / f"{module}.py", with_raised=False) if " " in text.strip()
    }
    missing = {text for text in texts if text.strip(" ,;.()") not in page}
    assert texts
    assert not missing


@pytest.mark.parametrize(("page", "heading"), [("troubleshooting.md", None), ("measure.md", "Without a number")])
def test_quoted_messages_are_the_programs(page, heading):
    text = (DOCS / page).read_text()
    said = " ".join(t for path in SOURCE.rglob("*.py") for t in constants(path, with_raised=True))
    rows = table_rows(section(text, heading) if heading else text)
    quoted = [code for row in rows for code in re.findall(r"`([^`]+)`", row[0])]
    parts = [part.strip() for message in quoted for part in message.split("…") if part.strip()]
    assert len(parts) > 5
    assert not [part for part in parts if part not in said]


def test_limits_of_the_measurements_are_documented():
    page = (DOCS / "measure.md").read_text()
    wanted = [
        f"outside {ratios.PLAUSIBLE[0]:.2f}-{ratios.PLAUSIBLE[1]:.2f}",
        f"outside {findings.LUNG_SHARE[0]:.0%} to {findings.LUNG_SHARE[1]:.0%}",
        f"more than {findings.LUNG_FACTOR:g} times",
        f"by more than {findings.TILT:g} degrees",
        f"more than {100 * parts.SPECK:g} % of the structure",
        f"above .{100 * verdict.CUT_OFF:.0f} on a PA film",
        f".{100 * verdict.ZONE[0]:.0f} to .{100 * verdict.ZONE[1]:.0f} | `indeterminate`",
        f"under {verdict.ADULT:g}",
    ]
    assert not [text for text in wanted if text not in page]
