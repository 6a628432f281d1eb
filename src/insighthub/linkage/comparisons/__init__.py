"""Comparisons: how two records' values of one kind agree, as ordered levels."""
