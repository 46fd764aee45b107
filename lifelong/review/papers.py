"""The letter of results as PDF and as Word: the same frozen words, in Chinese whoever opens it."""

import io
from pathlib import Path
from typing import Any

from django.utils import timezone

from lifelong.review.models import ResultLetter
from lifelong.web import papers

SOURCE = Path(__file__).parent / "typst" / "letter.typ"


def _words(letter: ResultLetter) -> dict[str, Any]:
    """Every word of the letter, for both makers."""
    content, day = letter.content, timezone.localtime(letter.issued_at)
    call = f"“{content['call']}”" + (f"（{content['document']}）" if content["document"] else "")
    said = [f"你单位在{call}中报送的资源，现将截至今日的审核结果通知如下。"]
    if content["open"]:
        said.append(f"另有 {content['open']} 项尚在审核中，有结果后另行通知。")
    lists = []
    if content["accepted"]:
        heading = f"通过终审的资源（{len(content['accepted'])} 项）"
        lists.append({"title": heading, "last": "推荐批次", "rows": content["accepted"]})
    if content["refused"]:
        heading = f"不予通过的资源（{len(content['refused'])} 项）"
        lists.append({"title": heading, "last": "理由", "rows": content["refused"]})
    return {
        "authority": content["authority"], "number": f"编号：{letter.number}", "title": "资源审核结果通知书",
        "to": f"{content['institution']}：", "said": "".join(said), "lists": lists,
        "headings": ["序号", "资源名称", "资源ID", "资源类型"], "closing": "特此通知。",
        "day": f"{day.year} 年 {day.month} 月 {day.day} 日",
    }  # fmt: skip


def letter_pdf(letter: ResultLetter) -> bytes:
    return papers.pdf(SOURCE, _words(letter), made_at=letter.issued_at)


def letter_docx(letter: ResultLetter) -> bytes:
    from docx import Document  # here, as python-docx would lengthen every start
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    from lifelong.web.documents import fill, red_line, say, set_properties

    words, document = _words(letter), Document()
    for text, size, align, color in (
        (words["authority"], 26, ALIGN.CENTER, "C00000"), (words["number"], 12, ALIGN.CENTER, ""),
        (words["title"], 20, ALIGN.CENTER, ""), (words["to"], 14, ALIGN.LEFT, ""), (words["said"], 14, ALIGN.LEFT, ""),
    ):  # fmt: skip
        paragraph = document.add_paragraph()
        paragraph.alignment = align
        say(paragraph, text, size=size, bold=size >= 20, color=color)
        if text == words["number"]:
            red_line(paragraph)
    for part in words["lists"]:
        say(document.add_paragraph(), part["title"], size=14, bold=True)
        table = document.add_table(rows=0, cols=5, style="Table Grid")
        rows = [[*words["headings"], part["last"]], *([str(n), *row] for n, row in enumerate(part["rows"], 1))]
        fill(table, rows, widths=(1.2, 5.2, 3.0, 2.6, 4.6))
    say(document.add_paragraph(), words["closing"], size=14)
    for text in (words["authority"] + "（公章）", words["day"]):
        paragraph = document.add_paragraph()
        paragraph.alignment = ALIGN.RIGHT
        say(paragraph, text, size=14)
    set_properties(document, title=words["title"], made_at=letter.issued_at)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
