"""Groups of people whose error rates are compared: sex, age band, area and the form of a name."""
