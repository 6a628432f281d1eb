"""Data quality: what each source delivers, how good it is, how that changes, and what it costs the linkage."""
