"""Block, compare, learn, score, cluster: from person_records to clusters."""
