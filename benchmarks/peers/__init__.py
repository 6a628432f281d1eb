"""Other tools that anyone can install, each as its own documentation would have it, on the same data with a truth."""
