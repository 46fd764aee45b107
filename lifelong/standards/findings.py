"""A finding: one requirement, judged on one file or link."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "warn", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``id`` of the requirement; what it requires and what was measured in a few signs; two sentences for a clerk."""

    id: str
    verdict: Verdict
    required: str
    measured: str
    message: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """``fail`` if any fails, else ``warn`` if any warns, else ``pass``; what cannot be known weighs nothing."""
    verdicts = {finding.verdict for finding in findings}
    return "fail" if "fail" in verdicts else "warn" if "warn" in verdicts else "pass"
