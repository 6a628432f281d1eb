"""People's rights put to work on a hub: tell them what is held, erase it, and keep it no longer than may be."""
