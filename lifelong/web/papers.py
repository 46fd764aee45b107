"""Papers as PDF, by typst with the font that comes with the packages: nothing of the machine is needed.

    pdf(Path(__file__).parent / "papers" / "registration.typ", {"name": "…"})

A paper's source reads its values from ``data`` (JSON values only); text in them is shown as it is, never run as markup.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from lifelong.web import fonts

HOUSE = """
#set page(paper: "a4", margin: (x: 25mm, y: 28mm))
#set text(font: "Noto Sans SC", size: 11pt, lang: "zh", region: "cn", fill: rgb("#1c2430"))
#set par(leading: 0.9em, justify: false)
#let data = json(bytes(sys.inputs.data))
"""


class PaperError(RuntimeError):
    """A source of ours is faulty; says where."""


@lru_cache(maxsize=1)
def _fonts(folder: str) -> Any:
    """Read once per process: the faces are 20 MB."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


@lru_cache(maxsize=64)
def _source(path: Path, changed_at: int) -> bytes:
    return (HOUSE + path.read_text("utf-8")).encode()


def pdf(source: Path, data: Mapping[str, Any], *, made_at: datetime | None = None) -> bytes:
    """The PDF of ``source`` with ``data`` filled in; ``made_at`` is the time its properties name.

    Raises ``lifelong.web.fonts.FontMissing`` where the front end was not built, PaperError for a faulty source.
    """
    import typst  # where a paper is made: it would lengthen every start

    fonts.font_file()
    text = json.dumps(data, ensure_ascii=False, default=str)
    try:
        return typst.compile(
            _source(source, source.stat().st_mtime_ns),
            format="pdf",
            font_paths=_fonts(str(fonts.FOLDER)),
            sys_inputs={"data": text},
            timestamp=int(made_at.timestamp()) if made_at else None,
        )
    except typst.TypstError as error:
        raise PaperError(f"{source.name}: {error.message}") from error
