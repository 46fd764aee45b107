"""数字化学习资源报送工作负责人信息登记表 (the notice's third annex) as Word: given out, and read back. Pure."""

from lifelong.calls.form.reading import FormIncomplete, FormUnreadable, SecondPerson, read
from lifelong.calls.form.values import LABELS, TITLE, FormValues
from lifelong.calls.form.writing import write

__all__ = ["LABELS", "TITLE", "FormIncomplete", "FormUnreadable", "FormValues", "SecondPerson", "read", "write"]
