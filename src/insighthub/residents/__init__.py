"""The resident index: from clusters to residents who keep their identity, and all that is known of them."""
