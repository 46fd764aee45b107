"""Everything that changes word lists and fingerprints."""

from lifelong.screening.actions.fingerprints import owe_fingerprint, owe_missing, record_fingerprint, record_likeness
from lifelong.screening.actions.words import (
    Added,
    FileUnreadable,
    ListNameTaken,
    WordsRefused,
    add_words,
    allow_phrase,
    change_list,
    disallow_phrases,
    import_words,
    make_list,
    remove_words,
)

__all__ = [
    "Added", "FileUnreadable", "ListNameTaken", "WordsRefused", "add_words", "allow_phrase", "change_list", "disallow_phrases",
    "import_words", "make_list", "owe_fingerprint", "owe_missing", "record_fingerprint", "record_likeness", "remove_words",
]  # fmt: skip
