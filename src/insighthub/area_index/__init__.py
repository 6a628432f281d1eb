"""Composite indices of areas: many indicators made one score, with how sure its ranks are and what they hang on.

Takes a declared definition and a table with a row an area; gives scores, ranks and their intervals. It knows nothing of
hubs, places or screens. The method follows the handbook of the OECD and the Joint Research Centre: Handbook on
Constructing Composite Indicators: Methodology and User Guide, OECD, 2008.
"""
