"""The words of "never call me again" in six languages: one grammar per language, and what reads them (`grammar`)."""
