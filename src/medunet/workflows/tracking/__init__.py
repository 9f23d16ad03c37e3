"""Tracking: how a training goes, told to TensorBoard, MLflow, Weights & Biases or a tracker of one's own.

`observer.Tracking` decides what is told and when; a `tracker.Tracker` where it goes. What trackers import is loaded
when one is asked for, and none of them can stop a training.
"""
