"""Splink beside our own linkage: a comparison and nothing else. Needs the extra ``peer``."""
