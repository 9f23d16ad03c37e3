"""Joined: the cases of several sources as one data set, with one scheme, and no subject shared unless it is said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.names import counted, harmonised, listed, normal
from medunet.cases.source import Source, Sources
from medunet.errors import InputError
from medunet.images import Scheme


def join(sources: Sources, read: Sequence[Cases]) -> Cases:
    """The cases of several sources as one data set.

    Ids, and subjects unless equal names are said to be one person, get the source's name before them. A structure
    that a source's masks never hold was not looked for there, unless the source says under ``annotated`` that it was.

    Args:
        sources: what the YAML says.
        read: the cases of each source, with its own scheme.

    Raises:
        InputError: a source says that it looked for a structure that no source has, or a subject is in two splits.
    """
    names = [name for cases in read if cases.scheme for name in cases.scheme.names]
    final = harmonised(names)
    scheme = Scheme.of(dict.fromkeys(final.values())) if final else None
    joined: list[Case] = []
    for source, cases in zip(sources.each, read, strict=True):
        joined += [_case(case, source, final, scheme, shared=sources.shared_subjects) for case in cases]
    said = [f"{counted(len(joined), 'case')} of {counted(len(read), 'source')} in {sources.root.name}"]
    said += [
        f"{source.name}: {text}" for source, own in zip(sources.each, read, strict=True) for text in own.provenance
    ]
    whose = "equal names are one person" if sources.shared_subjects else "none is in two sources"
    splits = [f"{s.name}: {own.split_from}" for s, own in zip(sources.each, read, strict=True) if own.split_from]
    of_subjects = "; ".join(f"{s.name}: {own.subject_from}" for s, own in zip(sources.each, read, strict=True))
    return Cases(
        tuple(joined),
        scheme,
        (*said, f"subjects: {whose}"),
        tuple(path for own in read for path in own.unpaired),
        subject_from=f"{of_subjects}; {whose}",
        split_from="; ".join(splits),
        source=sources.root.name,
    )


def with_statements(cases: Cases, source: Source) -> Cases:
    """The cases of one source with the split and the tags that the YAML gives to all of them.

    Raises:
        InputError: ``annotated`` names a structure that the masks do not have.
    """
    if source.annotated is not None and cases.scheme is not None and not source.name:
        looked = _looked_for(source, cases.scheme)
        moved = [replace(case, annotated=_both(case, looked, cases.scheme)) for case in cases]
        cases = replace(cases, cases=tuple(moved))
    if source.split is None and not source.tags:
        return cases
    tagged = [
        replace(case, split=source.split or case.split, tags={**source.tags, **case.tags, **source.tags})
        for case in cases
    ]
    split_from = f"split: {source.split} of the YAML" if source.split else cases.split_from
    return replace(cases, cases=tuple(tagged), split_from=split_from)


def _case(case: Case, source: Source, final: dict[str, str], scheme: Scheme | None, *, shared: bool) -> Case:
    """One case of a source among those of others."""
    subject = case.subject if shared else f"{source.name}_{case.subject}"
    case = replace(case, id=f"{source.name}_{case.id}", subject=subject)
    if case.target is None or scheme is None:
        return replace(case, target=None, annotated=None)
    own = case.target.scheme.names
    looked = tuple(final[name] for name in case.annotated) if case.annotated is not None else None
    if source.annotated is not None:
        looked = _both(replace(case, annotated=None), _looked_for(source, scheme), scheme, looked)
    elif looked is None:
        looked = tuple(final[name] for name in own)
    whole = looked is None or set(looked) == set(scheme.names)
    ordered = None if whole else tuple(name for name in scheme.names if name in (looked or ()))
    target = case.target.renamed({name: final[name] for name in own}, scheme)
    return replace(case, target=target, annotated=ordered)


def _looked_for(source: Source, scheme: Scheme) -> tuple[str, ...]:
    """The structures of the scheme that a source says it looked for, by their old names or their new."""
    spelling = {normal(name): name for name in scheme.names}
    spelling |= {normal(old): spelling[normal(new)] for old, new in source.rename.items() if normal(new) in spelling}
    if unknown := [name for name in source.annotated or () if normal(name) not in spelling]:
        what = f"annotated names {listed(unknown)}, which no mask has"
        raise InputError(source.name or source.root, what, f"Structures are {listed(scheme.names, shown=8)}")
    return tuple(dict.fromkeys(spelling[normal(name)] for name in source.annotated or ()))


def _both(
    case: Case, looked: tuple[str, ...], scheme: Scheme, own: tuple[str, ...] | None = None
) -> tuple[str, ...] | None:
    """What both the source and the case itself looked for; None for all structures."""
    own = own if own is not None else case.annotated
    names = tuple(name for name in scheme.names if name in looked and (own is None or name in own))
    return None if len(names) == len(scheme.names) else names
