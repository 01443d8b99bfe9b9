"""Which of PostgreSQL's text search configurations a language's words are kept and searched by."""

CONFIGURATIONS = {
    **{"ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish"},
    **{"fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian"},
    **{"lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian"},
    **{"ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish"},
}
"""Those of PostgreSQL 15, the oldest that we run on."""
AS_WRITTEN = "simple"
"""For all other languages: words are found as they are written."""


def configuration_of(language: str) -> str:
    """Of a BCP 47 tag such as es-MX."""
    return CONFIGURATIONS.get(language.split("-")[0].lower(), AS_WRITTEN)
