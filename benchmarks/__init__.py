"""Side by side with peers: accuracy on public data, and speed on a fictional borough."""
