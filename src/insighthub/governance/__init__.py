"""Who may see what, and what figures may leave: governance stands across the way, and nothing passes around it."""
