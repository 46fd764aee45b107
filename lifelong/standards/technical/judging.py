"""Judging: what was measured, held against the standard. Pure; the same for upload, ``precheck`` and tests."""

from lifelong.media.probe.facts import Facts, WholeFacts
from lifelong.standards.findings import Finding
from lifelong.standards.technical import rules_audio, rules_file, rules_video
from lifelong.standards.technical.case import Case, Rule
from lifelong.standards.technical.standard import Standard

RULES: dict[str, Rule] = {**rules_file.RULES, **rules_video.RULES, **rules_audio.RULES}
_CHAPTERS = {"A01": ("file", "video", "duration"), "A02": ("file", "audio", "duration"), None: ("file",)}


def judge(
    facts: Facts, standard: Standard, *, whole: WholeFacts | None = None, declared: float | None = None
) -> list[Finding]:
    """The findings in the standard's order.

    ``whole``: the second pass, once it was made; without it ``file.complete`` and ``duration.matches`` are ``unknown`` unless the
    first pass already proves the worst. ``declared``: the declared length in seconds; None: nothing was declared.
    An unreadable file has the one finding ``file.readable``.
    """
    case = Case(facts, whole, declared)
    chapters = _CHAPTERS[facts.type]
    findings = []
    for requirement in standard.requirements:
        if requirement.id.partition(".")[0] not in chapters:
            continue
        finding = RULES[requirement.id](case, requirement)
        if finding is not None:
            findings.append(finding)
        if requirement.id == "file.readable" and not case.readable:
            break
    return findings
