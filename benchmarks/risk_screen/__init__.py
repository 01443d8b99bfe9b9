"""How much of what is grave the risk screen hears, and how often it hears what was not: a synthetic corpus, made from templates."""
