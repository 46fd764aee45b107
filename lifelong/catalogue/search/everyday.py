"""What people call a thing at home, and what a library calls it: 做饭 is 烹饪, 睡不着 is 睡眠.

``everyday.txt``: a line each, what is said before the colon, the library's words for it after.
"""

from pathlib import Path

LONGEST = 5  # words that one thing falls into

_lines = [line.split(":") for line in (Path(__file__).parent / "everyday.txt").read_text("utf-8").splitlines()]
WORDS: dict[str, tuple[str, ...]] = {word: tuple(of.split()) for words, of in _lines for word in words.split()}


def things(words: list[str]) -> tuple[list[str], list[str]]:
    """The things said in a cut question, the longest first (``WORDS`` has them), and the words that say none."""
    said: list[str] = []
    others: list[str] = []
    start = 0
    while start < len(words):
        runs = ("".join(words[start : start + count]) for count in range(LONGEST, 0, -1))
        count, run = next(((LONGEST - at, run) for at, run in enumerate(runs) if run in WORDS), (1, ""))
        (said if run else others).append(run or words[start])
        start += min(count, len(words) - start)
    return said, others
