"""The technical standard (参考技术标准): data in a versioned file, judged by pure functions of what a probe measured."""

from lifelong.standards.findings import Finding, Verdict, verdict_of
from lifelong.standards.technical.judging import judge
from lifelong.standards.technical.standard import Requirement, Standard, StandardError, load, packaged

__all__ = [
    "Finding",
    "Requirement",
    "Standard",
    "StandardError",
    "Verdict",
    "judge",
    "load",
    "packaged",
    "verdict_of",
]
