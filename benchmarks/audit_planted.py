"""Defects that others would plant, tried on real films: which the audit finds, and what it says of the rest.

    python benchmarks/audit_planted.py PATH/TO/chest-wingspan [--half odd|even|all] [--rounds 24] [--out FOLDER]

A round is a fresh copy of one half of the films with masks (every second round with a `cases.csv` that also says a
split), in which a dozen defects are planted, each in a film of its own, films and defects drawn by the round's number.
Limits of checks were set on the even half; the default, odd, is reported. A defect counts as found when a finding of
one of the codes beside it names the film. False alarms are films that nothing was done to and that are named although
they are not on the set without any defect. Then each defect of a whole set is planted, one set each.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from audit_spoiling import DEFECTS, WHOLE, Defect, Site
from medunet.auditing import FINDINGS, Evidence, Finding, gather, look_at_all, run_checks
from medunet.images import write_json
from medunet.workflows.surroundings import machine, versions

PER_ROUND = 12
"""Defects of one round."""


def copy_of(source: Path, names: list[str], root: Path, number: int) -> Site:
    """A fresh copy of some films and masks; every second one with a table."""
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
        for name in names:
            shutil.copyfile(source / folder / f"{name}.png", root / folder / f"{name}.png")
    shutil.copyfile(source / "labels.json", root / "masks" / "labels.json")
    places = ("train", "train", "train", "val", "test")
    table = [
        {"id": name, "subject": f"s-{name}", "split": places[index % len(places)], "age": str(40 + index % 40)}
        for index, name in enumerate(names)
    ]
    site = Site(root, list(names), table if number % 2 == 0 else None, np.random.default_rng(number))
    site.save_table()
    return site


def audited(root: Path, memory: Path) -> dict[str, list[Finding]]:
    """Code → findings."""
    gathered = gather(root)
    evidence = Evidence(gathered, look_at_all(gathered.cases, memory=memory))
    return {one.check.code: list(one.findings) for one in run_checks(FINDINGS, evidence)}


def naming(found: dict[str, list[Finding]], word: str) -> set[str]:
    """The codes of findings that name a case or file by a word."""

    def names(one: Finding) -> bool:
        ids = {case.split(" (line ")[0] for case in one.cases}
        return word in ids or f"{word}." in one.file or one.file.endswith(word) or f"{word}." in one.cause

    return {code for code, findings in found.items() if any(names(one) for one in findings)}


def cases_named(found: dict[str, list[Finding]]) -> dict[str, set[str]]:
    """Case → codes."""
    named: dict[str, set[str]] = {}
    for code, findings in found.items():
        for case in (case for one in findings for case in one.cases):
            named.setdefault(case, set()).add(code)
    return named


class Tally:
    """Counts over the rounds."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self.tried: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.by: dict[str, Counter[str]] = {}
        self.untouched = 0
        self.alarms: Counter[str] = Counter()

    def count(self, defect: Defect, codes: set[str]) -> None:
        """One planted defect and the codes that name it."""
        self.tried[defect.name] += 1
        self.found[defect.name] += bool(codes & set(defect.codes))
        self.by.setdefault(defect.name, Counter()).update(codes)


def play(source: Path, names: list[str], number: int, quiet: dict[bool, dict[str, set[str]]], memory: Path,
         tally: Tally) -> None:  # fmt: skip
    """One round: plant, audit, count."""
    with tempfile.TemporaryDirectory() as folder:
        site = copy_of(source, names, Path(folder) / "films", number)
        with_table = site.table is not None
        fitting = [one for one in DEFECTS if one.table in (None, with_table)]
        order = np.random.default_rng(0).permutation(len(fitting))
        start = (number // 2) * PER_ROUND
        chosen = [fitting[order[(start + k) % len(fitting)]] for k in range(PER_ROUND)]
        films = site.rng.permutation(names)
        words = [(one, one.plant(site, films[2 * k], films[2 * k + 1])) for k, one in enumerate(chosen)]
        site.save_table()
        found = audited(site.root, memory)
        for defect, word in words:
            tally.count(defect, naming(found, word) - quiet[with_table].get(word, set()))
        untouched = films[2 * PER_ROUND :]
        tally.untouched += len(untouched)
        named = cases_named(found)
        for name in untouched:
            tally.alarms.update(named.get(name, set()) - quiet[with_table].get(name, set()))


def main() -> None:
    """Play the rounds, print and write the counts."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("--half", choices=("odd", "even", "all"), default="odd")
    words.add_argument("--rounds", type=int, default=24)
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    out = asked.out or Path(tempfile.mkdtemp())
    names = [path.stem for number, path in enumerate(sorted((asked.data / "images").glob("*.png")))
             if asked.half == "all" or (number % 2 == 0) == (asked.half == "even")]  # fmt: skip
    quiet = {}
    for number in (0, 1):
        with tempfile.TemporaryDirectory() as folder:
            site = copy_of(asked.data, names, Path(folder) / "films", number)
            quiet[number == 0] = cases_named(audited(site.root, out / "looks"))
    own = Counter(code for codes in quiet[False].values() for code in codes)
    print(f"without any defect, cases named of {len(names)}: {dict(own.most_common())}, {len(quiet[False])} in all")
    tally = Tally()
    for number in range(asked.rounds):
        play(asked.data, names, number, quiet, out / "looks", tally)
    report(tally)
    whole = whole_sets(asked.data, names, out / "looks")
    rows = [{"defect": name, "planted": tally.tried[name], "found": tally.found[name], "named_by": dict(tally.by[name])}
            for name in tally.tried]  # fmt: skip
    write_json(out / "audit_planted.json", {"rows": rows, "whole": whole, "untouched": tally.untouched,
               "alarms": dict(tally.alarms), "machine": machine(), "versions": versions()})  # fmt: skip
    print(f"\n{out / 'audit_planted.json'}")


def report(tally: Tally) -> None:
    """The counts as lines."""
    for defect in DEFECTS:
        if tried := tally.tried[defect.name]:
            by = " ".join(f"{code}:{times}" for code, times in tally.by[defect.name].most_common())
            sign = " " if tally.found[defect.name] == tried else "!"
            print(
                f"{sign} {defect.name:36} {tally.found[defect.name]:3} of {tried:3}  {'/'.join(defect.codes):18} {by}"
            )
    print(f"\nplanted {sum(tally.tried.values())}, found {sum(tally.found.values())}")
    print(f"untouched films {tally.untouched}; named only because of what was planted beside them: "
          f"{dict(tally.alarms)}")  # fmt: skip


def whole_sets(source: Path, names: list[str], memory: Path) -> list[dict[str, object]]:
    """Each defect of a whole set."""
    lines: list[dict[str, object]] = []
    for name, codes, spoil in WHOLE:
        with tempfile.TemporaryDirectory() as folder:
            site = copy_of(source, names, Path(folder) / "films", 1)
            spoil(site)
            found = audited(site.root, memory)
        by = Counter(code for codes_of in cases_named(found).values() for code in codes_of)
        print(f"{name}, of {len(names)}: {dict(by.most_common())}")
        lines.append({"defect": name, "codes": codes, "named_by": dict(by), "films": len(names)})
    return lines


if __name__ == "__main__":
    main()
