"""Networks: one U-Net built from one config, and how it is run on this machine."""

from medunet.networks.execution import choose_device, choose_precision, keep_allocator, product_rate, running
from medunet.networks.unet import UNet, count_parameters

__all__ = ["UNet", "choose_device", "choose_precision", "count_parameters", "keep_allocator", "product_rate", "running"]
