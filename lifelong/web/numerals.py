"""Numbers that strangers write into addresses and forms."""

LONGEST = 18  # digits; what has more fits no column of a database


def numeral(text: str) -> int | None:
    """A number of plain digits, else None. ``isdigit`` alone lets through 「²」, which ``int`` refuses, and any length."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def numerals(texts: list[str]) -> list[int]:
    """Those of the texts that are numbers, in their order."""
    return [number for text in texts if (number := numeral(text)) is not None]
