"""What people may ask of a council that holds their data: requests, and the flags that keep to what was decided."""
