"""eSpeak NG, called in this process only.

The `espeakng-loader` wheel bundles the library (GPLv3); the stand-in models are the one process that loads it (see NOTICE).
The library keeps global state, so every use goes through one `Espeak` object, which lets one thread in at a time.
"""

import ctypes
import threading

import espeakng_loader
import numpy as np

NATIVE_RATE = 22050
DEFAULT_WORDS_PER_MINUTE = 175  # eSpeak's own default; speed 1.0

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: AUDIO_OUTPUT_SYNCHRONOUS
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_RATE = 1  # espeak_PARAMETER: espeakRATE
_UTF8 = 1  # espeakCHARS_UTF8
_OK = 0
_SLOWEST, _FASTEST = 80, 450  # words per minute that espeakRATE accepts

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakError(RuntimeError):
    """The library refused to start, or to speak."""


class UnknownVoice(ValueError):
    """eSpeak has no voice of that name."""


def _spellings(voice: str) -> list[str]:
    """The name itself, then without its region: "en-gb+f2" is filed as "en+f2", "fr-ca" is spoken as "fr"."""
    language, plus, variant = voice.partition("+")
    return [voice, language.split("-")[0] + plus + variant]


class Espeak:
    """The loaded library. `speak` may be called from any thread; one utterance is made at a time."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lock = threading.Lock()
        self._chunks: list[bytes] = []
        self._callback = _Callback(self._collect)  # kept: the library holds only a pointer to it
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _DONT_EXIT)
        if rate != NATIVE_RATE:
            raise EspeakError(f"eSpeak NG did not start (answer {rate})")
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, speed: float = 1.0) -> np.ndarray:
        """Int16 mono samples at `NATIVE_RATE`. `voice` is an eSpeak name such as "de" or "en-us+f3"; raises `UnknownVoice`."""
        with self._lock:
            if not any(self._library.espeak_SetVoiceByName(name.encode()) == _OK for name in _spellings(voice)):
                raise UnknownVoice(voice)
            words_per_minute = min(_FASTEST, max(_SLOWEST, round(DEFAULT_WORDS_PER_MINUTE * speed)))
            self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
            self._chunks = []
            encoded = text.encode()
            result = self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 0, 0, _UTF8, None, None)
            if result != _OK:
                raise EspeakError(f"eSpeak NG could not speak (answer {result})")
            return np.frombuffer(b"".join(self._chunks), dtype=np.int16)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0
