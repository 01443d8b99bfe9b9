"""A corpus of what is heard when a call is answered: labelled, made by machine, the same every time."""
