from __future__ import annotations

import json
from pathlib import Path

from medunet.scoring import Score, summarise
from medunet.workflows.evaluation import Evaluation


def test_an_evaluation_as_it_is_written():
    scores = (
        Score("a", "s", "heart", "dice", 0.5, "ratio"),
        Score("b", "t", "heart", "dice", 0.0, "ratio", "missed"),
    )
    done = Evaluation(Path("out"), "run", scores, summarise(scores), None, {"c": "gone"}, {}, ("read so",), "careful")
    told = json.loads(json.dumps(done.to_dict()))
    assert (told["evaluated"], told["cases"], told["failed"]) == ("run", 2, {"c": "gone"})
    assert (told["data"], told["caution"]) == (["read so"], "careful")
    assert done.summary("heart", "dice").mean == 0.25
    assert done.summary("heart", "iou") is None
