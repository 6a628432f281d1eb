"""Who the residents are, in figures: how many by age and sex, who came and left, who is known to what, who is missed."""
