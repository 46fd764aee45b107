"""The command line: what is asked for, in which order it is done, and with which code it ends."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from lifelong.media.probe.cage import warm_up

ABOUT = "按参考标准检测音视频文件、文件夹和元数据表；不联网，不需要数据库。退出码：0 合格，1 有不合格，2 用法不对。"
GOOD, FAILED, WRONG_USE = 0, 1, 2
CLOSED = 141  # as a shell names what ended because nobody reads its output


@dataclass(frozen=True)
class Wishes:
    paths: tuple[str, ...]
    as_json: bool = False
    facts_only: bool = False
    sheet: str = ""
    standards: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Self:
        return cls(
            paths=tuple(options["paths"]),
            as_json=options["json"],
            facts_only=options["facts_only"],
            sheet=options["sheet"] or "",
            standards=tuple(options["standard"] or ()),
        )


def main(arguments: Sequence[str]) -> int:
    """Entry without Django's own command machinery; the exit code. ``--help`` and wrong options end in argparse."""
    warm_up()
    parser = argparse.ArgumentParser(prog="lifelong precheck", description=ABOUT)
    add_arguments(parser)
    wishes = Wishes.from_options(vars(parser.parse_args(arguments)))
    _light_settings()
    try:
        return unheard(lambda: run(wishes))
    except KeyboardInterrupt:
        return 130


def unheard(do: Callable[[], int]) -> int:
    """Ends in silence where who reads has enough (``| head``): nothing is wrong then."""
    try:
        code = do()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed at exit
        return CLOSED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="文件或文件夹（包括其中的文件夹）")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    parser.add_argument("--facts-only", action="store_true", help="只读文件头和索引，不通读内容，很快")
    parser.add_argument("--sheet", metavar="SHEET", help="元数据表（.xlsx、.xls、.csv）")
    parser.add_argument(
        "--standard",
        metavar="FILE",
        action="append",
        help="代替自带标准的文件（.toml）：技术标准、分类或元数据标准，可给多个",
    )


def run(wishes: Wishes) -> int:
    """Does it and prints it; the exit code."""
    from lifelong.standards.management.precheck import files, report, sheet, standards

    if not wishes.paths and not wishes.sheet:
        return _wrong("请给出要检测的文件、文件夹，或用 --sheet 给出元数据表。用法见 --help。")
    for path in (*wishes.paths, *filter(None, [wishes.sheet])):
        if not Path(path).exists():
            return _wrong(f"没有找到：{path}")
    try:
        chosen = standards.choose(wishes.standards)
    except (OSError, ValueError) as error:
        return _wrong(f"标准文件不能用：{error}")
    listed = files.listed(wishes.paths)
    said = sheet.declared(wishes.sheet, chosen) if wishes.sheet and listed else {}
    results = files.examine(
        listed, chosen.technical, facts_only=wishes.facts_only, hashed=wishes.as_json, declared=said
    )
    seen: list[files.Result] = []
    show = report.as_json if wishes.as_json else report.as_text
    return show(
        remembered(results, seen),
        chosen,
        lambda: sheet.check(wishes.sheet, chosen, listed, seen) if wishes.sheet else None,
    )


def remembered(results: Iterable[Any], into: list[Any]) -> Iterator[Any]:
    """As they pass, kept for the sheet."""
    for result in results:
        into.append(result)
        yield result


def _wrong(message: str) -> int:
    from lifelong.standards.management.precheck.report import shown

    print(shown(message), file=sys.stderr)
    return WRONG_USE


def _light_settings() -> None:
    """Translations need settings and an (empty) list of apps; ``django.setup()`` would load the ORM, half of all the time."""
    from django.apps import apps
    from django.conf import settings

    import lifelong

    settings.configure(
        LANGUAGE_CODE="zh-hans",
        LOCALE_PATHS=[Path(lifelong.__path__[0]) / "web" / "locale"],
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
    )
    apps.populate([])
