"""Rounds: every case is looked at once, by one process or several; the answer does not depend on how many."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from medunet.auditing.look import Look
from medunet.auditing.looking import key_of, look_at
from medunet.auditing.memory import noting, recall
from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import limits_in_force, limits_set

ROUND = 256
"""Cases that are handed to the processes at once."""


def look_at_all(
    cases: Sequence[Case],
    *,
    memory: Path | None = None,
    workers: int = 1,
    told: Callable[[int, str], None] = lambda done, name: None,
    clock: Callable[[], float] | None = None,
) -> tuple[Look, ...]:
    """A look for each case, in their order.

    Args:
        cases: the cases.
        memory: folder of kept looks, or None to keep none. A look with a fault is taken anew each time.
        workers: processes, at least 1.
        told: is called after each case with how many are done and the case's id.
        clock: seconds that go by, so that slow looks are kept soon; None keeps them by their number alone.

    Raises:
        OutputError: the memory cannot be written.
    """
    known = recall(memory) if memory is not None else {}
    looks: list[Look] = []
    with noting(memory, clock) as notes:
        for first in range(0, len(cases), ROUND):
            part = cases[first : first + ROUND]
            keys = [_key(case) for case in part]
            seen = {number: known[key] for number, key in enumerate(keys) if key is not None and key in known}
            new = [number for number in range(len(part)) if number not in seen]
            for count, (number, look) in enumerate(zip(new, _looked([part[n] for n in new], workers), strict=True), 1):
                seen[number] = look
                key = keys[number]
                if key is not None and look.film_fault is None and look.drawn_fault is None:
                    known[key] = look
                    notes.add(key, look)
                told(first + len(part) - len(new) + count, part[number].id)
            looks += [seen[number] for number in range(len(part))]
    return tuple(looks)


def _key(case: Case) -> str | None:
    try:
        return key_of(case)
    except InputError:
        return None


def _looked(cases: Sequence[Case], workers: int) -> Iterator[Look]:
    """The looks of some cases, in their order."""
    done = 0
    if workers > 1 and len(cases) > 2 * workers:
        # Not forked: threads of numerical libraries do not survive that.
        context = multiprocessing.get_context("spawn")
        look_there = partial(_look_within, {name: limit.value for name, limit in limits_in_force().items()})
        try:
            with ProcessPoolExecutor(workers, mp_context=context) as pool:
                for look in pool.map(look_there, cases, chunksize=4):
                    yield look
                    done += 1
            return
        except BrokenProcessPool:
            pass  # a worker died (memory, a signal): this process goes on alone
    for case in cases[done:]:
        yield look_at(case)


def _look_within(limits: Mapping[str, int], case: Case) -> Look:
    """A look under the limits of the process that asked: a new process knows only those of the table."""
    with limits_set(**limits):
        return look_at(case)
