"""What a network is, as plain data: NetworkShape is what a recipe asks, UNetConfig what a plan decided."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

BlockKind = Literal["plain", "residual"]
UpKind = Literal["transposed", "resize"]
Norm = Literal["batch", "instance", "group", "none"]
DropoutKind = Literal["plain", "spatial"]
DropoutAt = Literal["block", "pool"]


class Section(BaseModel):
    """A part of a recipe or plan: frozen, every key known, every number finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        # pydantic takes `yes` for 1: `early_stopping: yes` would stop after a single epoch.
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("is neither on nor off: give a value")
        return value


class NetworkShape(Section):
    """The form of a U-Net (Ronneberger 2015, Çiçek 2016; gates: Oktay 2018; residual: He 2016).

    Attributes:
        widths: channels of each level from the first encoder level to the bottleneck; two to ten levels.
        block: two convolutions (plain), or the same with a shortcut (residual).
        up: 2×2 transposed convolution, or linear resizing with a 3×3 convolution (resize).
        attention: gates the skip at every decoder level, with half as many inner channels as the level has.
        norm: after every convolution of a block; "none" gives the convolutions a bias instead.
        dropout: probability; 0 for none.
        dropout_kind: drops single elements (plain) or whole channels (spatial).
        dropout_at: after every block, or after every pooling.
        input_noise: standard deviation of Gaussian noise added to the input while training.
        deep_supervision: decoder levels below the top that get an output of their own while training; their losses
            count half as much from level to level, all together 1 (Lee 2015; weights as in nnU-Net, Isensee 2021).
        standardise_input: shifts and scales every image and channel to mean 0 and standard deviation 1 as the
            network's first step, so that training and prediction cannot differ in it.
    """

    widths: Annotated[tuple[Annotated[int, Ge(1), Le(8192)], ...], Len(2, 10)] = (32, 64, 128, 256, 512)
    block: BlockKind = "plain"
    up: UpKind = "transposed"
    attention: bool = False
    norm: Norm = "batch"
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.0
    dropout_kind: DropoutKind = "plain"
    dropout_at: DropoutAt = "block"
    input_noise: Annotated[float, Ge(0)] = 0.0
    deep_supervision: Annotated[int, Ge(0)] = 0
    standardise_input: bool = False

    @model_validator(mode="after")
    def _has_the_levels(self) -> Self:
        if self.deep_supervision > len(self.widths) - 2:
            raise ValueError(
                f"deep_supervision {self.deep_supervision} is more than the {len(self.widths) - 2} decoder levels "
                f"below the top that {len(self.widths)} widths give"
            )
        return self

    @property
    def multiple(self) -> int:
        """Every side of the input must be a multiple of this number of pixels."""
        return int(2 ** (len(self.widths) - 1))


class UNetConfig(NetworkShape):
    """A U-Net that can be built: its form, and what the data decided.

    Attributes:
        dims: 2 for films and slices, 3 for volumes.
        in_channels: channels of the input.
        out_channels: channels of the output, before softmax or sigmoid.
    """

    dims: Literal[2, 3] = 2
    in_channels: Annotated[int, Gt(0)] = 1
    out_channels: Annotated[int, Gt(0)] = 1
