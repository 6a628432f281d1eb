"""Linkage on Apache Spark: the same steps over pairs that need not fit on one machine."""
