"""What changed between two runs: learned weights, sources, clusters, links, and error rates."""
