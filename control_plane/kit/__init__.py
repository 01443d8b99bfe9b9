"""Tools without domain nouns, shared by all slices."""
