"""Where what a run derives is kept, and how it is published."""
