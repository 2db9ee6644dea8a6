"""The languages that messages are read in, and what people call languages."""

from __future__ import annotations

from collections.abc import Mapping

UNDETERMINED = "und"  # ISO 639-2: the text is too short or too mixed to tell

# The thirteen that the model, the recognizers and the system texts know. A message in any other is doubt.
SUPPORTED: Mapping[str, str] = {
    "en": "English",
    "nl": "Dutch",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "ru": "Russian",
    "zh": "Chinese",
    "ja": "Japanese",
    "pl": "Polish",
    "tr": "Turkish",
    "ar": "Arabic",
}

# Those that are told apart from them, so that nobody reads a code.
_OTHERS: Mapping[str, str] = {
    "af": "Afrikaans",
    "am": "Amharic",
    "az": "Azerbaijani",
    "ba": "Bashkir",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bo": "Tibetan",
    "bs": "Bosnian",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "el": "Greek",
    "eo": "Esperanto",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "ga": "Irish",
    "gl": "Galician",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "ht": "Haitian Creole",
    "hu": "Hungarian",
    "hy": "Armenian",
    "id": "Indonesian",
    "is": "Icelandic",
    "ka": "Georgian",
    "kk": "Kazakh",
    "km": "Khmer",
    "kn": "Kannada",
    "ko": "Korean",
    "ku": "Kurdish",
    "ky": "Kyrgyz",
    "lb": "Luxembourgish",
    "lo": "Lao",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "ml": "Malayalam",
    "mn": "Mongolian",
    "ms": "Malay",
    "mt": "Maltese",
    "my": "Burmese",
    "no": "Norwegian",
    "or": "Odia",
    "pa": "Punjabi",
    "ps": "Pashto",
    "ro": "Romanian",
    "si": "Sinhala",
    "sk": "Slovak",
    "sl": "Slovenian",
    "so": "Somali",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tl": "Tagalog",
    "tt": "Tatar",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "uz": "Uzbek",
    "vi": "Vietnamese",
}


def is_supported(code: str) -> bool:
    """Whether messages of this language (ISO 639-1) are read as surely as English ones."""
    return code in SUPPORTED


def language_name(code: str) -> str:
    """The language as people say it: ``Polish``; a code that is not known says that it is one."""
    if code == UNDETERMINED:
        return "a language that could not be told"
    return SUPPORTED.get(code) or _OTHERS.get(code) or f"the language {code}"
