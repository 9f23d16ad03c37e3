from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from medunet.networks import UNet, count_parameters
from medunet.planning import UNetConfig

PUBLISHED = {
    "a": (125_518_799, {"widths": (128, 256, 512, 1024, 2048), "attention": True, "out_channels": 3}),
    "b": (
        7_762_465,
        {"widths": (32, 64, 128, 256, 512), "dropout": 0.1, "dropout_kind": "spatial", "dropout_at": "pool"},
    ),
    "c": (31_037_633, {"widths": (64, 128, 256, 512, 1024), "in_channels": 3}),
    "e": (31_037_196, {"widths": (64, 128, 256, 512, 1024), "out_channels": 12}),
}
"""Networks of the five systems with their numbers of parameters (system d published none)."""


@pytest.mark.parametrize("system", PUBLISHED)
def test_the_published_networks_have_exactly_their_parameters(system):
    expected, config = PUBLISHED[system]
    with torch.device("meta"):
        assert count_parameters(UNet(UNetConfig(**config))) == expected


def plain_parameters(dims, widths, inputs, outputs):
    """Parameters of a plain U-Net with batch norm, counted by hand."""
    three, two = 3**dims, 2**dims
    pairs = list(zip((inputs, *widths[:-1]), widths, strict=True))
    total = sum(three * (i * o + o * o) + 4 * o for i, o in pairs)
    for here, below in itertools.pairwise(widths):
        total += two * below * here + here + three * (2 * here * here + here * here) + 4 * here
    return total + widths[0] * outputs + outputs


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("widths", [(4, 8), (3, 5, 7, 9)])
def test_three_dimensions_are_the_same_code(unet, noise, dims, widths):
    network = unet(dims=dims, widths=widths, in_channels=2)
    assert count_parameters(network) == plain_parameters(dims, widths, 2, 3)
    sides = (network.config.multiple * 2,) * (dims - 1) + (network.config.multiple * 3,)
    assert network(noise(1, 2, *sides)).shape == (1, 3, *sides)


OTHER = {
    "widths": (4, 12),
    "block": "residual",
    "up": "resize",
    "attention": True,
    "norm": "group",
    "dropout": 0.5,
    "dropout_kind": "spatial",
    "dropout_at": "pool",
    "input_noise": 0.5,
    "deep_supervision": 1,
    "standardise_input": True,
    "dims": 3,
    "in_channels": 2,
    "out_channels": 4,
}


@pytest.mark.parametrize("option", UNetConfig.model_fields)
def test_every_option_changes_the_network(unet, noise, option):
    start = {"dropout": 0.5} if option in ("dropout_kind", "dropout_at") else {}
    start |= {"widths": (4, 8, 8)} if option == "deep_supervision" else {}
    networks = [unet(**start), unet(**(start | {option: OTHER[option]}))]
    if parts(networks[0]) == parts(networks[1]):
        outputs = []
        for network in networks:
            torch.manual_seed(3)
            outputs.append(network(noise(2, 1, 8, 8)))
        assert not torch.allclose(outputs[0], outputs[1])


def parts(network):
    shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
    return shapes, {name: type(m) for name, m in network.named_modules() if not isinstance(m, nn.Identity)}


@pytest.mark.parametrize("norm", ["batch", "instance", "group", "none"])
@pytest.mark.parametrize(
    ("dims", "block", "up", "attention"),
    [
        (2, "plain", "transposed", False),
        (2, "residual", "resize", True),
        (3, "residual", "resize", True),
        (3, "plain", "transposed", True),
    ],
)
def test_every_combination_learns(unet, noise, dims, block, up, attention, norm):
    network = unet(
        dims=dims, block=block, up=up, attention=attention, norm=norm, dropout=0.2, input_noise=0.1, widths=(8, 12, 16)
    )
    x = noise(2, 1, *(8,) * dims)
    kept = x.clone()
    loss = network(x).square().mean()
    loss.backward()
    assert torch.equal(x, kept)
    assert loss.isfinite()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any() or bias_before_norm(name, norm), name


def bias_before_norm(name, norm):
    """A bias that a norm takes away again has no gradient: those of the gates, and batch and instance norm's own."""
    return norm != "none" and "gates" in name and name.endswith("bias")


@pytest.mark.parametrize("sides", [(30, 32), (32, 33), (32,), (32, 32, 32)])
def test_sides_that_cannot_be_halved_are_refused(unet, sides):
    with pytest.raises(ValueError, match="every side must be a multiple of 4 in 2D"):
        unet(widths=(2, 4, 8))(torch.zeros(1, 1, *sides))


def test_any_side_that_can_be_halved_is_taken(unet, noise):
    network = unet(widths=(2, 4, 8)).eval()
    for sides in ((4, 4), (8, 20), (64, 4)):
        assert network(noise(1, 1, *sides)).shape == (1, 3, *sides)


@pytest.mark.parametrize("standardise", [True, False])
def test_a_standardised_input_has_no_scale(unet, noise, standardise):
    network = unet(standardise_input=standardise, in_channels=2).eval()
    x = noise(2, 2, 8, 8)
    scale = torch.tensor([3.0, 0.2])[:, None, None]
    assert torch.allclose(network(x), network(x * scale + 5), atol=1e-4) == standardise


def test_a_constant_picture_is_no_division_by_zero(unet):
    assert unet(standardise_input=True).eval()(torch.full((1, 1, 8, 8), 0.7)).isfinite().all()


def test_noise_and_dropout_are_for_training_only(unet, noise):
    network = unet(input_noise=0.5, dropout=0.5)
    x = noise(2, 1, 8, 8)
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))


def test_the_noise_has_the_strength_that_was_asked_for(unet):
    network = unet(input_noise=0.3)
    seen = []
    network.encoder[0].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    network(torch.zeros(4, 1, 64, 64))
    assert seen[0].std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(("at", "calls"), [("block", 5), ("pool", 2)])
def test_dropout_stands_where_it_was_asked_for(unet, noise, at, calls):
    network = unet(widths=(2, 4, 8), dropout=0.5, dropout_at=at)
    count = []
    network.dropout.register_forward_hook(lambda *_: count.append(1))
    network(noise(1, 1, 8, 8))
    assert len(count) == calls


def test_the_output_sees_the_whole_bottleneck_and_the_skip(unet, noise):
    """A pixel of the input reaches all outputs within the receptive field of the deepest level, and none beyond."""
    network = unet(widths=(2, 4, 8)).eval()
    x = noise(1, 1, 64, 64).requires_grad_()
    network(x)[0, :, 32, 32].sum().backward()
    rows = x.grad[0, 0].any(1).nonzero()
    assert 20 < int(rows.max() - rows.min()) < 63


def test_the_memory_layout_does_not_change_the_result(unet, noise):
    network = unet(widths=(4, 8, 16)).eval()
    x = noise(2, 1, 16, 16)
    expected = network(x)
    network.to(memory_format=torch.channels_last)
    assert torch.allclose(network(x.contiguous(memory_format=torch.channels_last)), expected, atol=1e-5)


def test_buffers_are_not_parameters(unet):
    network = unet()
    assert count_parameters(network) < sum(tensor.numel() for tensor in network.state_dict().values())


def test_supervised_levels_give_outputs_while_training_only(unet, noise):
    network = unet(widths=(4, 8, 8, 16), deep_supervision=2)
    outputs = network.outputs(noise(2, 1, 32, 16))
    assert [tuple(output.shape) for output in outputs] == [(2, 3, 32, 16), (2, 3, 16, 8), (2, 3, 8, 4)]
    assert torch.equal(network(noise(2, 1, 32, 16)), network.outputs(noise(2, 1, 32, 16), deep=False)[0])
    plain = unet(widths=(4, 8, 8, 16))
    assert len(plain.outputs(noise(2, 1, 32, 16))) == 1
    assert count_parameters(network) - count_parameters(plain) == 2 * (8 * 3 + 3)


def test_more_supervised_levels_than_there_are_is_refused():
    with pytest.raises(ValueError, match="deep_supervision 2 is more than the 1 decoder levels below the top"):
        UNetConfig(widths=(4, 8, 16), deep_supervision=2)


def test_a_block_that_runs_twice_counts_its_batch_once(unet, noise):
    once, twice = unet(), unet()
    twice.load_state_dict(once.state_dict())
    twice.recompute = True
    for network in (once, twice):
        network.train()
        network(noise(2, 1, 8, 8)).square().mean().backward()
    for (name, one), other in zip(once.state_dict().items(), twice.state_dict().values(), strict=True):
        assert torch.equal(one, other), name
    for one, other in zip(once.parameters(), twice.parameters(), strict=True):
        assert torch.allclose(one.grad, other.grad, atol=1e-7)
    assert all(layer.momentum == 0.1 for layer in twice.modules() if isinstance(layer, nn.BatchNorm2d))
