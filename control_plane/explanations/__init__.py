"""Why somebody is called, is not called, or is not called now, in sentences. Nothing is written by explaining."""
