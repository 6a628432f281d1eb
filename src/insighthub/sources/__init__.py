"""Contracts, landing, checks and quarantine: from delivered files to landed text."""
