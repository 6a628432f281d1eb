"""The JSON API under /api/v1: the same service layer as the pages, for programs."""
