"""One validation under way: the context, what is kept so far, and the problems."""

from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.categories import Resolution
from lifelong.standards.metadata import problem
from lifelong.standards.metadata.context import NEEDED, Context
from lifelong.standards.metadata.text import Unresolved, as_text, unseen, without_unseen
from lifelong.standards.outline import Outline


class Check:
    """What rules write on. ``values`` are those found right; ``failed`` the names of fields with an error."""

    __slots__ = ("category", "context", "failed", "fields", "outline", "problems", "values")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.fields = context.standard.by_name
        self.values: dict[str, Any] = {}
        self.problems: list[problem.Problem] = []
        self.failed: set[str] = set()
        self.category: Resolution | None = None
        self.outline: Outline | None = None

    def error(
        self, name: str, rule: str, reason: str = "", *, found: object = "", wanted: str | None = None,
        example: str | None = None,
    ) -> None:  # fmt: skip
        self.failed.add(name)
        self.problems.append(
            problem.error(self.fields[name], rule, reason, found=found, wanted=wanted, example=example)
        )

    @property
    def silent(self) -> bool:
        """Whether nobody will read a notice: what costs work to say need not be said."""
        return self.context.stage == "load"

    def notice(self, name: str, rule: str, reason: str, *, found: object = "", wanted: str = "") -> None:
        if not self.silent:
            self.problems.append(problem.notice(self.fields[name], rule, reason, found=found, wanted=wanted))

    def absent(self, name: str, reason: str = "", *, found: object = "") -> None:
        """A required field is not there: an error or still to do, as the stage has it."""
        stage = self.context.stage
        if name in NEEDED[stage]:
            self.error(name, "missing", reason or _("没有填写"))
        elif not self.silent:
            self.problems.append(problem.todo(self.fields[name], reason or _("还没有填写"), found=found))

    def text(self, name: str, value: Any) -> str | None:
        """The value as text, ``None`` (and an error) if it is none."""
        text = as_text(value)
        if text is None:
            self.error(name, "format", _("不是文字"), found=value)
        return text

    def unresolved(self, name: str, value: Unresolved) -> None:
        reason = _("是公式算出的错误，请改成正确的内容")
        if value.written.startswith("="):
            reason = _("是公式，文件里没有存它的结果；请用表格软件打开后重新保存，或把这一格粘贴为数值")
        self.error(name, "formula", reason, found=value, wanted="", example="")

    def line(self, name: str, value: Any) -> str | None:
        """One line of text within the field's length; invisible characters are taken out with a notice."""
        text = self.text(name, value)
        if not text:
            return None
        if (hidden := unseen(text)) is not None:
            text = without_unseen(text)
            self.notice(
                name, "cleaned", _("含有看不见的字符 U+%(code)04X，已去掉") % {"code": ord(hidden)}, found=value
            )
        if self.too_long(name, text):
            return None
        return text or None

    def too_long(self, name: str, text: str) -> bool:
        most = self.fields[name].max_length
        if not most or len(text) <= most:
            return False
        self.error(name, "length", _("共 %(count)s 个字，太长") % {"count": len(text)}, found=text)
        return True
