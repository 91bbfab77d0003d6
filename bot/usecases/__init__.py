"""One file for each thing that someone can do."""
