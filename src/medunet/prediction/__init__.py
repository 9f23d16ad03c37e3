"""Prediction: the model on disk, and from an image to a label map on the image's own grid. Starts without Lightning."""

from medunet.prediction.bundle import find_model, load_model, packaged_models, save_model
from medunet.prediction.checks import NO_CHECKS, Assessment, Checks, features_of, mean_dice, signs_of
from medunet.prediction.checks_file import add_checks
from medunet.prediction.domain import Domain
from medunet.prediction.domain_fitting import Mirrored, fit_domain
from medunet.prediction.model import Model, Prediction
from medunet.prediction.quality import Quality, Signs, fit_quality
from medunet.prediction.temperature import Temperature, fit_temperature, log_shares, tempered

__all__ = [
    "NO_CHECKS",
    "Assessment",
    "Checks",
    "Domain",
    "Mirrored",
    "Model",
    "Prediction",
    "Quality",
    "Signs",
    "Temperature",
    "add_checks",
    "features_of",
    "find_model",
    "fit_domain",
    "fit_quality",
    "fit_temperature",
    "load_model",
    "log_shares",
    "mean_dice",
    "packaged_models",
    "save_model",
    "signs_of",
    "tempered",
]
