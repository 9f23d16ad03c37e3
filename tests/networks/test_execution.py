from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from medunet.errors import UsageError
from medunet.networks import choose_device, choose_precision, keep_allocator, product_rate, running

CPU = torch.device("cpu")


def test_auto_takes_what_is_here():
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu") == CPU
    assert choose_device() == choose_device("auto")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("gpu", "'gpu' is no device"),
        ("", "'' is no device"),
        ("cuda:x", "'cuda:x' is no device"),
        ("meta", "'meta' is no device that medunet runs on"),
        ("cuda:99", "there is no cuda:99 here"),
        ("cpu:3", "there is no cpu:3 here"),
    ],
)
def test_a_word_that_names_no_device_here_is_a_fault_of_the_call(asked, words):
    with pytest.raises(UsageError, match=words) as fault:
        choose_device(asked)
    assert fault.value.where == "--device"
    assert fault.value.exit_code == 2


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_gpu_that_is_not_here_is_refused():
    with pytest.raises(UsageError, match="there is no cuda here"):
        choose_device("cuda")


@pytest.mark.parametrize("asked", ["bf16", "float32"])
def test_an_explicit_precision_is_kept(asked):
    assert choose_precision(asked, CPU) == asked


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"avx512_bf16": True}, "bf16"),
        ({"amx_bf16": True, "avx512_bf16": False}, "bf16"),
        ({"bf16": True}, "bf16"),
        ({"avx512_f": True, "avx512_bf16": False}, "float32"),
        ({}, "float32"),
    ],
)
def test_bf16_only_where_the_processor_computes_in_it(monkeypatch, flags, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags, raising=False)
    assert choose_precision("auto", CPU) == expected


def test_autocast_is_on_for_bf16_alone():
    x = torch.ones(4, 4)
    with running(CPU, "bf16"):
        assert (x @ x).dtype == torch.bfloat16
    with running(CPU, "float32"):
        assert (x @ x).dtype == torch.float32
    assert (x @ x).dtype == torch.float32


def test_float32_is_float32_on_a_gpu_too_and_the_setting_comes_back():
    before = torch.backends.cudnn.allow_tf32
    assert before, "PyTorch's default rounds convolutions to TF32"
    with running(CPU, "float32"):
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32
    with running(CPU, "bf16"):
        assert torch.backends.cudnn.allow_tf32
    with pytest.raises(KeyError), running(CPU, "float32"):
        raise KeyError
    assert torch.backends.cudnn.allow_tf32


def test_the_allocator_is_kept_on_linux_and_left_alone_elsewhere(monkeypatch):
    code = "from medunet.networks import keep_allocator; print(keep_allocator())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    import platform

    assert told.strip() == str(platform.system() == "Linux" and platform.libc_ver()[0] == "glibc")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert keep_allocator() is False
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert keep_allocator() is False


@pytest.mark.parametrize("precision", ["bf16", "float32"])
def test_the_rate_of_a_matrix_product_is_that_of_its_fastest_run(precision):
    times = iter([0.0, 9.0, 0.0, 3.0, 0.0, 2.0, 0.0, 4.0])
    assert product_rate(CPU, precision, lambda: next(times), side=16) == 2 * 16**3 / 2.0
