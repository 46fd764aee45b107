"""Words that the library does not know, taken for those that it knows: by their sound, or a slip away."""

from itertools import groupby

from tantivy import Searcher

from lifelong.catalogue.search import text

MOST_TO_CORRECT = 10  # words; a longer text was pasted, not mistyped
RARE = 0.001  # of the resources: a word in fewer is hardly what another was misheard for


def corrected(searcher: Searcher, words: list[str]) -> list[str]:
    """The same question with unknown words replaced by known ones that sound or are spelled alike; short ones only."""
    fixed: list[str] = []
    if len(words) > MOST_TO_CORRECT:
        return words
    for chinese, group in groupby(words, key=text.is_chinese):
        members = list(group)
        fixed += _chinese_fixed(searcher, members) if chinese else _letters_fixed(searcher, members)
    return list(dict.fromkeys(fixed))


def _chinese_fixed(searcher: Searcher, words: list[str]) -> list[str]:
    fixed: list[str] = []
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            if end - start == 1 and (searcher.doc_freq("all", words[start]) or len(words[start]) == 1):
                fixed.append(words[start])
                start += 1
                break
            pieces = words[start:end]
            run = "".join(pieces)
            if len(run) > 8 or (len(pieces) > 1 and all(len(word) > 1 for word in pieces)):
                continue
            if found := _sounding_like(searcher, pieces) or (_one_character_off(searcher, run) if len(run) > 2 else ""):
                fixed.append(found)
                start = end
                break
        else:
            fixed.append(words[start])
            start += 1
    return fixed


def _sounding_like(searcher: Searcher, pieces: list[str]) -> str:
    run = "".join(pieces)
    sounds = text.sounds_of(run)
    for letters in [*sounds, *(near for sound in sounds[:2] for near in text.near_sounds(sound))]:
        found = word_heard_as(searcher, letters, len(run))
        if found and _may_be_meant(searcher, found, pieces):
            return found
    return ""


def _may_be_meant(searcher: Searcher, found: str, pieces: list[str]) -> bool:
    """A word of the language is hardly a mishearing of a rare one that shares no character with it: 养花 is not 杨华."""
    if searcher.doc_freq("all", found) > RARE * searcher.num_docs:
        return True
    if len(pieces) == 1:
        return bool(set(pieces[0]).intersection(found))
    return all(len(piece) == 1 or piece in found for piece in pieces)


def word_heard_as(searcher: Searcher, letters: str, length: int = 0) -> str:
    """The commonest word with this pinyin (of ``length`` characters, where given); empty where there is none."""
    for term, _ in searcher.terms_with_prefix("heard", f"{letters}\t", limit=5):
        word = term.partition("\t")[2]
        if not length or len(word) == length:
            return str(word)
    return ""


def _one_character_off(searcher: Searcher, run: str) -> str:
    """A known word of the same length that differs in one character and begins or ends alike."""
    for term, _ in searcher.terms_with_prefix("words", run[0], limit=200):
        if len(term) == len(run) and sum(a != b for a, b in zip(term, run, strict=True)) == 1:
            return str(term)
    return ""


def _letters_fixed(searcher: Searcher, words: list[str]) -> list[str]:
    """Letters as pinyin in one or several words (``tai ji quan``, ``laonianshouji``), else a slip in a Latin word."""
    unknown = [word for word in words if not _known(searcher, word)]
    if not unknown:
        joined = "".join(words)
        return [found] if len(words) > 1 and (found := word_heard_as(searcher, joined)) else words
    if all(word.isascii() and word.isalpha() for word in words) and (spelled := _spelled(searcher, "".join(words))):
        return spelled
    return [
        word if word not in unknown else _one_slip(searcher, word) or _begun(searcher, word) or word for word in words
    ]


def _known(searcher: Searcher, word: str) -> bool:
    return bool(searcher.doc_freq("all", word) or searcher.doc_freq("sounds", word))


def _spelled(searcher: Searcher, letters: str) -> list[str]:
    """``letters`` as the fewest known words in pinyin one after another, without those of a wish; empty where that does not come out even."""
    if not 2 < len(letters) <= 40:
        return []
    best: list[list[str] | None] = [[], *([None] * len(letters))]
    for end in range(2, len(letters) + 1):
        for start in range(max(0, end - 24), end - 1):
            before = best[start]
            known = best[end]
            if before is None or (known is not None and len(known) <= len(before) + 1):
                continue
            heard = letters[start:end]
            if word := text.filler_sounds().get(heard) or (word_heard_as(searcher, heard) if len(heard) > 2 else ""):
                best[end] = [*before, word]
    return [word for word in best[-1] or [] if word not in text.FILLERS]


def _begun(searcher: Searcher, letters: str) -> str:
    """The commonest word whose pinyin, or whose letters, begin so: zhinengshou, photosh."""
    if len(letters) > 2:
        for field in ("heard", "words"):
            for term, _ in searcher.terms_with_prefix(field, letters, limit=1):
                return str(term.rpartition("\t")[2])
    return ""


def _one_slip(searcher: Searcher, word: str) -> str:
    """The commonest known word one slip away from a Latin word of four letters or more."""
    if len(word) < 4 or len(word) > 20 or not word.isascii():
        return ""
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {a + b[1:] for a, b in splits if b}
    near |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    near |= {a + c + b[1:] for a, b in splits if b for c in letters}
    near |= {a + c + b for a, b in splits for c in letters}
    # a short sound may be the first letters of some name: word is not wrd
    counted = [
        (searcher.doc_freq("words", one) + (searcher.doc_freq("sounds", one) if len(one) > 4 else 0), one)
        for one in near - {word}
    ]
    count, found = max(counted)
    return found if count else ""
