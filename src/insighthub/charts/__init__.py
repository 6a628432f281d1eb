"""One place that draws: a specification gives SVG, a table and a text summary."""
