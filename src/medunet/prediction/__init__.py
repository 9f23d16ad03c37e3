"""Prediction: the model on disk, and from an image to a label map on the image's own grid. Starts without Lightning."""

from medunet.prediction.bundle import find_model, load_model, packaged_models, save_model
from medunet.prediction.model import Model, Prediction
from medunet.prediction.temperature import Temperature, fit_temperature, log_shares, tempered

__all__ = [
    "Model",
    "Prediction",
    "Temperature",
    "find_model",
    "fit_temperature",
    "load_model",
    "log_shares",
    "packaged_models",
    "save_model",
    "tempered",
]
