"""Programs for the people who work on the project: run from its folder as ``python -m scripts.NAME``."""
