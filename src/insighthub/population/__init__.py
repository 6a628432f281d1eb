"""Who the residents are, in figures: by age and sex, who came and left, what services know, and who is missed."""
