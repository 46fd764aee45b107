"""Names of files that every system keeps: Windows, with its reserved words and short paths, is the strictest."""

import re

FORBIDDEN = str.maketrans('<>:"/\\|?*', "＜＞：＂／＼｜？＊")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE | re.ASCII)
LONGEST = 60  # characters of one name, ending included


def safe_name(text: str, *, most: int = LONGEST) -> str:
    """A name for a file or folder: no sign that Windows refuses, none that GBK lacks, not too long; its ending stays."""
    plain = "".join(each if each.isprintable() else " " for each in text.translate(FORBIDDEN))
    plain = " ".join(plain.encode("gbk", "replace").decode("gbk").replace("?", "_").split())
    if len(plain) > most:
        stem, dot, ending = plain.rpartition(".")
        ending = dot + ending if dot and 0 < len(ending) <= 8 and " " not in ending else ""
        plain = (stem if ending else plain)[: most - len(ending)].rstrip() + ending
    plain = plain.strip(". ")
    return f"_{plain}" if not plain or RESERVED.fullmatch(plain) else plain
