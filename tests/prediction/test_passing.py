from __future__ import annotations

import pytest
import torch

from medunet.prediction.passing import shares_of


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_a_pass_gives_the_network_s_probabilities_one_by_one(make_plan, make_network, output):
    plan = make_plan(output=output)
    network = make_network(plan)
    pictures = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    found = shares_of(network, pictures, output)
    with torch.no_grad():
        logits = network(pictures)
    expected = logits.softmax(1) if output == "softmax" else logits.sigmoid()
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(shares_of(network, pictures[1:2], output)[0], found[1], atol=1e-5, rtol=1e-5)
