"""What is printed: one JSON object for programs, or sentences for people."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import category

from django.utils.translation import gettext as _

from lifelong.standards.management.precheck import sheet as sheets
from lifelong.standards.management.precheck.files import Result, shown_facts
from lifelong.standards.management.precheck.standards import Chosen

Sheet = dict[str, Any] | None
_COLOURS = {"fail": "31", "warn": "33", "pass": "32", "unknown": "36"}


def as_json(results: Iterable[Result], chosen: Chosen, check_sheet: Callable[[], Sheet]) -> int:
    files, others, failed = [], [], False
    for result in results:
        if not result.supported:
            others.append({"path": result.path, "measured": result.findings[0].measured})
            continue
        failed = failed or result.verdict == "fail"
        files.append(
            {
                "path": result.path,
                "sha256": result.facts.sha256,
                "type": result.facts.type,
                "verdict": result.verdict,
                "facts": shown_facts(result.facts),
                "findings": [finding.to_json() for finding in result.findings],
            }
        )
    whole: dict[str, Any] = {"standard": chosen.technical.version, "files": files, "unsupported": others}
    sheet = check_sheet()
    if sheet is not None:
        whole["sheet"] = sheet
        failed = failed or sheets.failed(sheet)
    _say(json.dumps(whole, ensure_ascii=False))
    return 1 if failed else 0


def as_text(results: Iterable[Result], chosen: Chosen, check_sheet: Callable[[], Sheet]) -> int:
    standard = chosen.technical
    _say(_("按《%(title)s》%(version)s 版检测") % {"title": standard.title or "—", "version": standard.version})
    counts = {"fail": 0, "warn": 0, "pass": 0}
    others = 0
    for result in results:
        if result.supported:
            counts[result.verdict] += 1
            _say_result(result)
        else:
            others += 1
            _say(
                "\n"
                + _("%(path)s：不是音视频（%(what)s），未检测")
                % {"path": shown(result.path), "what": result.findings[0].measured}
            )
    sheet = check_sheet()
    if sheet is not None:
        _say_sheet(sheet)
    if sum(counts.values()) or sheet is None:
        _say(
            "\n"
            + _("共 %(n)d 个文件：%(pass)d 个符合，%(warn)d 个有提醒，%(fail)d 个不符合；另有 %(others)d 个不是音视频")
            % {"n": sum(counts.values()), "others": others, **counts}
        )
    return 1 if counts["fail"] or sheets.failed(sheet) else 0


def _say_result(result: Result) -> None:
    seen = next((finding.measured for finding in result.findings if finding.id == "file.readable"), "")
    _say(
        f"\n{shown(result.path)}：{_coloured(result.verdict)}"
        + (f"（{seen}）" if seen and result.facts.readable else "")
    )
    for finding in result.findings:
        if finding.verdict not in ("fail", "warn"):
            continue
        _say(f"  {_coloured(finding.verdict)} {finding.id}：{finding.message}")
        found = {"required": finding.required, "measured": finding.measured}
        _say("    " + _("要求 %(required)s，实测 %(measured)s") % found)
        if finding.remedy:
            _say(f"    → {finding.remedy}")
    open_questions = [f"{f.id}（{f.measured}）" for f in result.findings if f.verdict == "unknown"]
    if open_questions:
        _say(f"  {_coloured('unknown')}：{'、'.join(open_questions)}")


def _say_sheet(sheet: dict[str, Any]) -> None:
    _say(f"\n{shown(sheet['path'])}：")
    if "refused" in sheet:
        _say(f"  {_coloured('fail')} {sheet['refused']['message']}")
        return
    for problem in sheet["problems"]:
        level = _coloured("fail" if problem["severity"] == "error" else "warn")
        _say(
            "  "
            + level
            + " "
            + _("第 %(row)d 行：%(message)s") % {"row": problem["row"], "message": shown(problem["message"])}
        )
    _say("  " + _("共 %(rows)d 行，%(accepted)d 行可用，%(rejected)d 行有错") % sheet)


def _coloured(verdict: str) -> str:
    word = {"fail": _("不符合"), "warn": _("提醒"), "pass": _("符合"), "unknown": _("无法判定")}[verdict]
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return f"\x1b[{_COLOURS[verdict]}m{word}\x1b[0m"
    return word


def shown(text: str) -> str:
    """For one line of a terminal: what would move the cursor, colour or turn the text is written as an escape."""
    return "".join(
        sign if sign.isprintable() or category(sign) == "Zs" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def _say(text: str) -> None:
    """A file name may hold bytes that are no text: they are shown as escapes, which in JSON are read back as they were."""
    print(text.encode("utf-8", "backslashreplace").decode())
