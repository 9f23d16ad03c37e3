from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medunet.networks import UNet
from medunet.planning import UNetConfig
from medunet.training.losses import LossTerms, total_loss
from medunet.training.objective import SegmentationObjective, classes_of, coarser, overlap_counts, penalty


def test_classes_are_the_largest_logit_or_background_below_one_half():
    logits = torch.tensor([[[[0.0, 2.0, -1.0]], [[1.0, 1.0, -2.0]], [[-1.0, 3.0, -3.0]]]])
    assert classes_of(logits, "softmax").tolist() == [[[1, 2, 0]]]
    assert classes_of(logits, "sigmoid").tolist() == [[[2, 3, 0]]]
    assert classes_of(logits, "softmax").dtype == torch.uint8


@settings(deadline=None, max_examples=40)
@given(arrays("uint8", (2, 2, 5, 6), elements=st.integers(0, 3)))
def test_overlap_counts_agree_with_sets_of_pixels(maps):
    prediction, target = torch.from_numpy(maps)
    counts = overlap_counts(prediction, target, 3)
    for case in range(2):
        for number in (1, 2, 3):
            p = {tuple(at) for at in (prediction[case] == number).nonzero().tolist()}
            t = {tuple(at) for at in (target[case] == number).nonzero().tolist()}
            assert counts[case, number - 1].tolist() == [len(p & t), len(p) + len(t)]


def test_figures_are_dice_and_iou_of_every_class_or_nothing(make_plan):
    objective = SegmentationObjective(make_plan())
    target = torch.zeros(2, 2, 4, dtype=torch.uint8)
    target[0, :, :2] = 1
    target[1, 0, :] = 2
    found = target.clone()
    found[0, :, 2] = 1
    logits = torch.nn.functional.one_hot(found.long(), 4).permute(0, 3, 1, 2).float()
    figures, prediction = objective.score(logits, target)
    assert objective.figures[0] == "dice_right lung"
    assert objective.figures[3] == "iou_right lung"
    assert torch.equal(prediction, found)
    assert figures[0, 0] == pytest.approx(8 / 10)
    assert figures[0, 3] == pytest.approx(4 / 6)
    assert figures[1, [1, 4]].tolist() == [1.0, 1.0]
    assert torch.isnan(figures[0, [1, 2, 4, 5]]).all()


def test_levels_below_count_half_as_much_each_and_together_one(make_plan):
    plan = make_plan(loss={"ce": 1.0})
    objective = SegmentationObjective(plan)
    generator = torch.Generator().manual_seed(1)
    targets = torch.randint(0, 4, (2, 8, 8), generator=generator)
    outputs = [torch.randn(2, 4, 8 // 2**level, 8 // 2**level, generator=generator) for level in range(3)]
    each = [
        float(total_loss({"ce": 1.0}, output, coarser(targets, level), LossTerms("softmax")))
        for level, output in enumerate(outputs)
    ]
    wanted = (each[0] + each[1] / 2 + each[2] / 4) / 1.75
    assert float(objective.loss(outputs, targets)) == pytest.approx(wanted, rel=1e-5)
    assert float(objective.loss(outputs[:1], targets)) == pytest.approx(each[0], rel=1e-6)


@pytest.mark.parametrize("shape", [(2, 8, 8), (1, 8, 4, 8)])
def test_coarser_targets_are_taken_from_the_middle_of_their_cells(shape):
    targets = torch.arange(torch.tensor(shape).prod()).view(shape)
    assert torch.equal(coarser(targets, 0), targets)
    halves = (slice(None), *[slice(1, None, 2)] * (len(shape) - 1))
    assert torch.equal(coarser(targets, 1), targets[halves])
    assert coarser(targets, 2).shape == (shape[0], *(side // 4 for side in shape[1:]))


def test_the_penalty_is_over_kernels_alone():
    network = UNet(UNetConfig(widths=(2, 4), norm="batch"))
    assert penalty(network, 0.0) is None
    wanted = sum(float(p.detach().square().sum()) for name, p in network.named_parameters() if p.ndim > 2)
    assert float(penalty(network, 0.5).detach()) == pytest.approx(0.5 * wanted, rel=1e-5)
