from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from medunet.networks.blocks import AttentionGate, Block, Up, conv, doubled, dropout, groups, norm, pool

DIMS = pytest.mark.parametrize("dims", [2, 3])


def side(dims, n=6):
    return (n,) * dims


@given(st.integers(1, 5000))
def test_groups_are_equal_and_not_small(channels):
    count = groups(channels)
    assert channels % count == 0
    assert count == 1 or channels // count >= 16


@pytest.mark.parametrize(
    ("channels", "expected"), [(8, 1), (16, 1), (32, 2), (40, 2), (50, 2), (56, 2), (64, 4), (53, 1)]
)
def test_the_number_of_groups(channels, expected):
    assert groups(channels) == expected


@DIMS
@pytest.mark.parametrize("kind", ["batch", "instance", "group"])
def test_a_norm_has_a_scale_and_a_shift_per_channel(dims, kind, noise):
    layer = norm(dims, kind, 32)
    assert sum(p.numel() for p in layer.parameters()) == 64
    out = layer(3 + 5 * noise(4, 32, *side(dims))).detach()
    assert abs(out.mean()) < 1e-5
    assert out.std() == pytest.approx(1, abs=1e-2)


def test_no_norm_is_nothing():
    assert isinstance(norm(2, "none", 8), nn.Identity)
    assert isinstance(dropout(2, "plain", 0.0), nn.Identity)


@DIMS
def test_spatial_dropout_drops_whole_channels_and_plain_single_elements(dims):
    torch.manual_seed(0)
    ones = torch.ones(8, 16, *side(dims))
    whole = dropout(dims, "spatial", 0.5)(ones).flatten(2)
    assert ((whole == 0).all(2) | (whole == 2).all(2)).all()
    assert 0 < (whole == 0).float().mean() < 1
    single = dropout(dims, "plain", 0.5)(ones).flatten(2)
    assert 0 < (single == 0).float().mean() < 1
    assert not ((single == 0).all(2) | (single == 2).all(2)).any()


@DIMS
@pytest.mark.parametrize("size", [1, 3])
def test_a_convolution_keeps_the_shape(dims, size):
    assert conv(dims, 2, 5, size, bias=True)(torch.zeros(1, 2, *side(dims, 7))).shape == (1, 5, *side(dims, 7))


@DIMS
def test_pooling_takes_the_largest_of_each_window(dims):
    x = torch.arange(float(4**dims)).view(1, 1, *side(dims, 4))
    out = pool(dims)(x)
    assert out.shape == (1, 1, *side(dims, 2))
    assert out.max() == x.max()
    assert out.min() == x[(0, 0, *side(dims, 1))]


@DIMS
@pytest.mark.parametrize("kind", ["plain", "residual"])
@pytest.mark.parametrize("norm_kind", ["batch", "none"])
def test_a_convolution_has_a_bias_where_no_norm_follows(dims, kind, norm_kind):
    block = Block(dims, 3, 4, kind, norm_kind)
    convolutions = [m for m in block.modules() if isinstance(m, nn.Conv2d | nn.Conv3d)]
    assert len(convolutions) == (3 if kind == "residual" else 2)
    assert all((m.bias is None) == (norm_kind != "none") for m in convolutions)


def test_a_residual_block_without_weights_is_its_shortcut(noise):
    block = Block(2, 4, 4, "residual", "none")
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    x = noise(1, 4, 5, 5)
    assert torch.equal(block(x), x.relu())
    assert isinstance(block.shortcut, nn.Identity)
    plain = Block(2, 4, 4, "plain", "none")
    for parameter in plain.parameters():
        nn.init.zeros_(parameter)
    assert not plain(x).any()


@DIMS
@pytest.mark.parametrize("kind", ["transposed", "resize"])
def test_up_doubles_every_side(dims, kind, noise):
    assert Up(dims, 6, 3, kind, "batch")(noise(2, 6, *side(dims, 3))).shape == (2, 3, *side(dims, 6))


@DIMS
def test_doubling_is_the_transposed_convolution_and_so_are_its_gradients(dims, noise):
    up = Up(dims, 6, 3, "transposed", "batch")
    x, weights = noise(2, 6, *side(dims, 4)).requires_grad_(), noise(2, 3, *side(dims, 8))

    def outcome(call):
        out = call(x)
        wanted = (x, up.conv.weight, up.conv.bias)
        return out, *torch.autograd.grad((out * weights).sum(), wanted)

    theirs = outcome(up.conv)
    ours = outcome(lambda x: doubled(x, up.conv.weight, up.conv.bias))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@DIMS
def test_training_on_a_processor_takes_the_doubling_whose_gradients_are_fast(dims, noise):
    layout = torch.channels_last if dims == 2 else torch.channels_last_3d
    up = Up(dims, 6, 3, "transposed", "batch")
    x = noise(2, 6, *side(dims, 4)).to(memory_format=layout)
    assert "Convolution" in up(x).grad_fn.name()
    trained = up(x.requires_grad_())
    assert "Convolution" not in trained.grad_fn.name()
    assert trained.is_contiguous(memory_format=layout)


@DIMS
def test_the_gate_only_weakens_the_skip(dims, noise):
    gate = AttentionGate(dims, 4, "batch").eval()
    skip, below = noise(2, 4, *side(dims)), 3 + noise(2, 4, *side(dims))
    out = gate(below, skip)
    ratio = out / skip
    assert ((ratio > 0) & (ratio < 1)).all()
    assert torch.allclose(ratio[:, :1].expand_as(ratio), ratio, atol=1e-5)  # one weight per place, not per channel
    assert not torch.equal(out, gate(2 * below, skip))


@pytest.mark.parametrize(("channels", "inner"), [(128, 64), (5, 2), (1, 1)])
def test_the_gate_has_half_as_many_inner_channels(channels, inner):
    gate = AttentionGate(2, channels, "batch")
    assert gate.gate[0].out_channels == gate.skip[0].out_channels == gate.psi[0].in_channels == inner
    assert gate.psi[0].out_channels == 1
    assert gate.gate[0].bias is not None


@pytest.mark.parametrize("kind", ["plain", "residual"])
@pytest.mark.parametrize("norm_kind", ["batch", "none"])
def test_a_block_does_not_change_its_input(kind, norm_kind, noise):
    x = noise(2, 4, 8, 8)
    kept = x.clone()
    Block(2, 4, 4, kind, norm_kind)(x)
    Up(2, 4, 4, "resize", norm_kind)(x)
    AttentionGate(2, 4, norm_kind)(x, x)
    assert torch.equal(x, kept)
