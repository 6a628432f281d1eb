"""The desk: the one layer through which screens and the API read and write, for a signed-in user and a purpose."""
