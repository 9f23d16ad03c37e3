"""Workflows: one file per command. Values in, values out.

The only place that orders steps, writes run folders, reads the clock and joins neighbouring layers.
"""
