"""Stand-in models: an OpenAI-compatible server that needs no network, no key and no graphics card.

The agent worker talks to it through the same client and `base_url` that it uses for real models. It is for rehearsal and tests,
says so in every answer, and is never presented as the product.
"""
