"""Doubtful pairs and clusters, put before people: what is asked, what they answer, and what the answers say."""
