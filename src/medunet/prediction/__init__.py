"""Prediction: the model on disk, and from an image to a label map on the image's own grid. Starts without Lightning."""

from medunet.prediction.bundle import find_model, load_model, packaged_models, save_model
from medunet.prediction.model import Model, Prediction

__all__ = ["Model", "Prediction", "find_model", "load_model", "packaged_models", "save_model"]
