"""Confinement: what the process that decodes is kept from, beyond its limits, where the kernel is Linux.

A seccomp filter takes away sockets, starting programs and reaching into other processes; Landlock takes away making,
changing and removing files. Neither needs privileges, and neither can be taken back. What a kernel does not know is
left out; on other systems nothing is done. Files can be read all the same, but what is read can go nowhere.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

_NO_NEW_PRIVILEGES = 38  # prctl(2)
_SET_FILTER, _ALL_THREADS = 1, 1  # seccomp(2)
_ALLOW, _DENY = 0x7FFF0000, 0x00050001  # the latter: EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_X32 = 0x40000000  # the other way to number the calls of x86_64

_NUMBERS: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, 317, (41, 59, 101, 310, 311, 322, 425)),
    "aarch64": (0xC00000B7, 277, (198, 221, 117, 270, 271, 281, 425)),
}
"""Machine → its number in linux/audit.h, that of seccomp, and those of socket, execve, ptrace, process_vm_readv,
process_vm_writev, execveat and io_uring_setup."""

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # Landlock's calls have one number on every machine
_VERSION = 1
_CHANGES = 1 << 1 | sum(1 << bit for bit in range(4, 13))  # writing; removing and making of every kind
_LATER_CHANGES = {2: 1 << 13, 3: 1 << 14}  # from which version on: linking elsewhere, truncating
_SCOPES, _SCOPES_SINCE = 0b11, 6  # abstract sockets and signals of processes outside


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine() -> tuple[str, ...]:
    """Confine this process for good; call it before there is a second thread.

    Returns:
        What is in force: "seccomp", "landlock", both or none.
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return ()
    found = {"landlock": _without_changes(libc), "seccomp": _without_calls(libc, os.uname().machine)}
    return tuple(name for name, in_force in found.items() if in_force)


def _without_calls(libc: ctypes.CDLL, machine: str) -> bool:
    """Deny the system calls of the table to all threads; False where that cannot be."""
    if machine not in _NUMBERS:
        return False
    architecture, seccomp, denied = _NUMBERS[machine]
    more = len(denied)
    steps = [
        (_LOAD, 0, 0, 4),  # the machine for which the call is made
        (_EQUAL, 0, more + 3, architecture),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, more + 1, 0, _X32),
        *((_EQUAL, more - place, 0, number) for place, number in enumerate(denied)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.cast(code, ctypes.c_void_p).value)
    return bool(libc.syscall(seccomp, _SET_FILTER, _ALL_THREADS, ctypes.byref(program)) == 0)


def _without_changes(libc: ctypes.CDLL) -> bool:
    """Deny this thread, and those that it starts, every change of files; False where that cannot be."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    changes = _CHANGES | sum(right for since, right in _LATER_CHANGES.items() if version >= since)
    scopes = _SCOPES if version >= _SCOPES_SINCE else 0
    rules = struct.pack("=QQQ", changes, 0, scopes)[: 24 if scopes else 8]
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    try:
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)
