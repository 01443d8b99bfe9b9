"""Commands over the public API, for whoever has a key and not the machine: they import nothing of the server."""
