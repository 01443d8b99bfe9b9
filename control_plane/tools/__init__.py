"""Tools by configuration: what a workspace lets its assistants do in a call at endpoints of its own."""
