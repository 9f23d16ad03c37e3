"""Follower: what the other processes of a training run, one of several that `launch` starts."""

from __future__ import annotations

import json
import sys

from medunet.errors import MedunetError
from medunet.workflows.train import train


def follow() -> None:
    """Train by the call on standard input; the reason of an end goes to standard error, with exit code 1."""
    try:
        train(**json.load(sys.stdin))
    except MedunetError as fault:
        sys.exit(str(fault))
    except Exception as fault:
        # Not the fault's own text: a library's may quote a header, and headers name patients.
        sys.exit(f"medunet failed with {type(fault).__name__}")
