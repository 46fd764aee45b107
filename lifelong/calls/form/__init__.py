"""数字化学习资源报送工作负责人信息登记表 (the notice's third annex) as Word: given out, and read back. Pure."""

from datetime import datetime

from lifelong.calls.form.reading import FormIncomplete, FormUnreadable, SecondPerson, read
from lifelong.calls.form.values import LABELS, TITLE, FormValues

__all__ = ["LABELS", "TITLE", "FormIncomplete", "FormUnreadable", "FormValues", "SecondPerson", "read", "write"]


def write(values: FormValues | None = None, *, made_at: datetime | None = None) -> bytes:
    """The form as .docx, blank or filled (``writing``, which loads python-docx when first called)."""
    from lifelong.calls.form import writing

    return writing.write(values, made_at=made_at)
