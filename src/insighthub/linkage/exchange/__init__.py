"""Models from files: our own and Splink's, used as they are, and written for the other."""
