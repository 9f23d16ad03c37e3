from __future__ import annotations

import torch

from medunet.prediction.largest import largest


def test_softmax_the_largest_wins_and_the_earlier_of_two_that_are_equal():
    scores = torch.tensor([[0.5, 0.2, 0.4], [0.3, 0.2, 0.2], [0.2, 0.6, 0.4]])
    assert largest(scores, "softmax").tolist() == [0, 2, 0]


def test_sigmoid_what_no_structure_claims_by_more_than_half_is_background():
    scores = torch.tensor([[0.5, 0.51, 0.7], [0.2, 0.3, 0.9]])
    number = largest(scores, "sigmoid")
    assert number.tolist() == [0, 1, 2]
    assert number.dtype == torch.uint8
