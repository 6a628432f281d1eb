"""Where things are: areas, postcodes, premises, distances, and the people whom official figures count there.

All coordinates within are metres on the British National Grid, easting first.
"""
