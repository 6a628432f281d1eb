"""The fictional borough: residents with known truth, and the messy extracts that a council would hold on them."""
