"""Blocking: the pairs of rows worth comparing, and how many that are of one person it may have missed."""
