"""Workflows: one file per command. Values in, values out; the only place that orders steps, writes run folders,
reads the clock and joins neighbouring layers.
"""
