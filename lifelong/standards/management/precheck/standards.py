"""Which standards are judged by: the packaged ones, or files given in their place."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.technical import Standard, load, packaged


@dataclass(frozen=True)
class Chosen:
    """``tree`` and ``fields`` (category tree and metadata standard) are None where the packaged ones serve."""

    technical: Standard
    tree: Any = None
    fields: Any = None


def choose(paths: Sequence[str]) -> Chosen:
    """A file is known by its tables: [[requirement]], [[categories]], [[fields]]. Raises OSError or ValueError."""
    technical, tree, fields = packaged(), None, None
    for path in paths:
        text = _text(path)
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ValueError(_("%(path)s 不是 TOML 文件：%(error)s") % {"path": path, "error": error}) from None
        if not tables.keys() & {"requirement", "categories", "fields"}:
            raise ValueError(_("%(path)s 里没有技术标准、分类或元数据标准") % {"path": path})
        if "requirement" in tables:
            technical = load(path)
        if "categories" in tables:
            from lifelong.standards import categories

            tree = categories.from_toml(text)
        if "fields" in tables:
            from lifelong.standards.metadata.standard import from_toml

            fields = _named(path, from_toml, text)
    return Chosen(technical, tree, fields)


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise ValueError(_("%(path)s 不是 UTF-8 编码的文本，请另存为 UTF-8 后再用") % {"path": path}) from None
    except OSError as error:
        why = {
            IsADirectoryError: _("这是一个文件夹"),
            PermissionError: _("没有读取权限"),
            FileNotFoundError: _("没有这个文件"),
        }
        raise ValueError(f"{path}：{why.get(type(error), error.strerror)}") from None


def _named(path: str, read: Any, text: str) -> Any:
    try:
        return read(text)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from None
