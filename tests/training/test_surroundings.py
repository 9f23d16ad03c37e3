from __future__ import annotations

import logging
import signal
import warnings

import pytest
import torch

from medunet.training.surroundings import interruptible, own_randomness, quiet


def test_advice_is_kept_off_the_terminal_for_as_long_as_training_runs(caplog):
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            warnings.warn("use more workers", stacklevel=1)
            logger.warning("tip: …")
    assert logger.level == before
    assert "tip" not in caplog.text


def test_the_callers_random_state_goes_on_as_if_nothing_had_been_drawn():
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    with own_randomness(torch.device("cpu")):
        torch.manual_seed(99)
        torch.rand(5)
    assert torch.equal(torch.rand(2), wanted)


def test_lightnings_exit_becomes_the_interrupt_it_was_and_the_handler_comes_back():
    before = signal.getsignal(signal.SIGINT)

    def leaves_as_lightning_does():
        with interruptible():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise SystemExit(1)

    with pytest.raises(KeyboardInterrupt):
        leaves_as_lightning_does()
    assert signal.getsignal(signal.SIGINT) is before
