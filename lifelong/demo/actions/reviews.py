"""What the officers of the world do: waive, forward, return, refuse, accept, compose batches."""

from collections.abc import Iterable
from datetime import datetime

from lifelong.accounts.models import User
from lifelong.resources.models import Round, Verdict, Version
from lifelong.review.actions import batches, waivers
from lifelong.review.actions.decisions import decide
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Batch

WAIVED = "静止画面的课件，文字与声音清晰，按参考标准予以豁免。"
RETURNED = [
    {"field": "media", "text": "画面尺寸或帧率不符合参考标准，请按检测结论里的办法重新导出。"},
    {"field": "summary", "text": "简介请补充适合人群。"},
]
REFUSED = [{"field": "", "text": "涉及带电拆解操作，缺少安全资质说明，不宜面向公众推广。"}]
RETURNED_BY_MINISTRY = [{"field": "rights_holder", "text": "请省级核实多位居民出镜的授权情况后再报。"}]


def latest(version: Version) -> Round:
    return version.rounds.select_related("call", "version").order_by("-number")[0]


def waive_all(round: Round, *, by: User, at: datetime) -> None:
    for finding in round.findings.filter(verdict=Verdict.FAIL):
        waivers.waive(finding, reason=WAIVED, by=by, at=at)


def forward(version: Version, *, by: User, at: datetime) -> None:
    round = latest(version)
    waive_all(round, by=by, at=at)
    decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.FORWARD, by=by, at=at)


def accept(version: Version, *, by: User, at: datetime) -> None:
    decide(latest(version), stage=Stage.FINAL, outcome=Outcome.ACCEPT, by=by, at=at)


def give_back(version: Version, *, by: User, at: datetime) -> None:
    decide(latest(version), stage=Stage.PROVINCIAL, outcome=Outcome.RETURN, by=by, at=at, reasons=RETURNED)


def refuse(version: Version, *, by: User, at: datetime) -> None:
    decide(latest(version), stage=Stage.PROVINCIAL, outcome=Outcome.REFUSE, by=by, at=at, reasons=REFUSED)


def give_back_to_province(version: Version, *, by: User, at: datetime) -> None:
    decide(latest(version), stage=Stage.FINAL, outcome=Outcome.RETURN, by=by, at=at, reasons=RETURNED_BY_MINISTRY)


def publish(number: str, title: str, versions: Iterable[Version], *, by: User, at: datetime) -> Batch:
    """Compose a batch of these and let it go live."""
    announcement = f"根据资源征集工作安排，经单位自审、省级审核与终审，现将{title}予以公布，向全社会免费开放。资源版权归版权方所有。"
    batch = batches.create_batch(number=number, title=title, announcement=announcement, by=by, at=at)
    batches.add_versions(batch, list(versions), by=by, at=at)
    batches.schedule(batch, publish_at=at, by=by, at=at)
    batches.prepare(batch, at=at)
    return batches.publish(batch, at=at, by=by)
