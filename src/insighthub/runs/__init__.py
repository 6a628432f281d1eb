"""The parts of a hub's run; ``insighthub.run`` is the run itself."""
