"""Measures: counts and shares of residents, households and records, declared in TOML and computed on a release."""
