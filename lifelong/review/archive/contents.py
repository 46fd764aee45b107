"""What the archive of a call holds, folder by folder. Each writer adds to the packer and keeps nothing."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import AuthorityKind, User
from lifelong.calls import sheets as registers
from lifelong.calls import windows
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Call, Letter, Paper, Question, Registration
from lifelong.calls.queries.registrations import seen_by
from lifelong.calls.storage import PaperLost, open_sealed, read_attachment
from lifelong.institutions.models import Institution
from lifelong.media import bucket
from lifelong.media.actions import fetch_back
from lifelong.media.models import MediaFile
from lifelong.resources.models import Round, Signature
from lifelong.resources.papers import receipt_pdf, summary_pdf
from lifelong.resources.queries import summaries
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.timeline import heading_of, submitted_for
from lifelong.review.archive.zipping import Packer
from lifelong.review.figures import figures_for, sheets
from lifelong.review.lifecycle import PanelState
from lifelong.review.models import Decision, Panel
from lifelong.review.papers import letter_docx, letter_pdf
from lifelong.review.queries.letters import letters_of
from lifelong.review.sheets import scores_sheet
from lifelong.standards.metadata.sheets import write_sheet
from lifelong.web import papers, workbooks
from lifelong.web.workbooks import Column

RECORD = Path(__file__).parents[1] / "typst" / "record.typ"
LOST = "文件丢失、损坏或数据密钥不符"
NOTICE, REGISTER, UNITS, EXPERTS, STATISTICS = "1 通知", "2 登记", "3 单位", "4 专家评审", "5 统计"
DECISIONS = [
    Column("资源ID", 14), Column("资源名称", 36), Column("版本", 6), Column("轮次", 6), Column("回执编号", 18), Column("阶段", 10),
    Column("决定", 10), Column("时间", 18), Column("决定人", 12), Column("主管部门", 22), Column("理由", 60), Column("意见", 40),
    Column("重报期限", 18), Column("备注", 20),
]  # fmt: skip
QUESTIONS = [
    Column("单位", 26), Column("资源ID", 14), Column("问题", 50), Column("提问时间", 18), Column("答复", 50), Column("答复时间", 18),
]  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Whose materials: those within the person's reach; with what they handed in as files, where asked."""

    call: Call
    user: User
    at: datetime
    with_media: bool

    @property
    def everywhere(self) -> bool:
        return reach_of(self.user).decides_finally

    def registrations(self) -> QuerySet[Registration]:
        found = Registration.objects.filter(seen_by(self.user), call=self.call)
        return found.exclude(state=RegistrationState.PREPARING).order_by("pk")

    def rounds(self) -> QuerySet[Round]:
        path = "version__resource__institution__region__in"
        within = Q() if self.everywhere else Q(**{path: reach_of(self.user).regions})
        return Round.objects.filter(within, call=self.call)

    def institutions(self) -> QuerySet[Institution]:
        named = self.registrations().filter(institution__isnull=False).order_by().values("institution")
        handing_in = self.rounds().order_by().values("version__resource__institution")
        return Institution.objects.filter(Q(pk__in=named) | Q(pk__in=handing_in)).order_by("code")

    def panels(self) -> QuerySet[Panel]:
        own = Q() if self.everywhere else Q(authority__region__in=reach_of(self.user).regions)
        kinds = Q() if self.everywhere else Q(authority__kind=AuthorityKind.PROVINCE)
        sent = Panel.objects.exclude(state__in=[PanelState.DRAFT, PanelState.DISCARDED]).filter(
            own, kinds, call=self.call
        )
        return sent.order_by("pk")


def clock(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def record(
    scope: Scope, title: str, facts: list[list[str]], text: str, rows: list[list[str]] | None = None, headings: Any = ()
) -> bytes:
    data = {
        "title": title, "number": scope.call.number, "facts": facts, "paragraphs": [one for one in text.splitlines() if one.strip()],
        "headings": list(headings), "rows": rows or [], "made": clock(scope.at),
    }  # fmt: skip
    return papers.pdf(RECORD, data, made_at=scope.at)


def add_notice(packer: Packer, scope: Scope) -> None:
    call, place = scope.call, (NOTICE,)
    facts = [["征集编号", call.number], ["发文字号", call.document_number or "—"], ["发布单位", str(call.issued_by)],
             ["发布时间", clock(call.published_at)], ["状态", str(call.get_state_display())]]  # fmt: skip
    own = set(scope.institutions().values_list("pk", flat=True))
    for window in call.windows.all():
        facts.append([str(window.get_stage_display()), f"至 {windows.deadline(windows.ends_for(window))}"])
        for longer in window.extensions.all():
            if longer.institution_id is None or longer.institution_id in own:
                words = f"{longer.institution or '全体'} 延至 {windows.deadline(longer.ends_at)}：{longer.reason}"
                facts.append(["延期", words])
    for contact in call.contacts.all():
        facts.append(["联系人", f"{contact.name} {contact.telephone} {contact.email}".strip()])
    packer.add(place, "通知.pdf", record(scope, call.title, facts, call.body), "通知正文、时间安排、延期和联系人")
    for attachment in call.attachments.all():
        try:
            packer.add((NOTICE, "附件"), attachment.name, read_attachment(attachment), "附件")
        except PaperLost:
            packer.miss((NOTICE, "附件"), attachment.name, "附件", LOST)
    for number, one in enumerate(call.amendments.order_by("at", "pk"), 1):
        facts = [["类别", str(one.get_kind_display())], ["发布时间", clock(one.at)]]
        packer.add(
            (NOTICE, "公告与更正"),
            f"{number:02} {one.title}.pdf",
            record(scope, one.title, facts, one.text),
            "公告与更正",
        )
    questions = Question.objects.filter(call=call, institution__in=scope.institutions()).select_related("institution")
    rows = ([one.institution.name, one.about, one.text, one.asked_at, one.answer, one.answered_at]
            for one in questions.order_by("asked_at").iterator(chunk_size=500))  # fmt: skip
    packer.add(
        place, "提问与答复.xlsx", workbooks.workbook("提问与答复", QUESTIONS, rows, made_at=scope.at), "提问与答复"
    )


def add_registrations(packer: Packer, scope: Scope) -> None:
    listed = scope.registrations().select_related("call", "institution__region", "region", "decided_by")
    lines = registers.lines(listed.iterator(chunk_size=500), clear=True)
    content = workbooks.workbook(
        "报送工作负责人登记", registers.COLUMNS, lines, filters=[scope.call.title], made_at=scope.at
    )
    packer.add((REGISTER,), "登记一览.xlsx", content, "报送工作负责人登记，含完整的联系方式")
    unsettled = Paper.objects.filter(registration__in=scope.registrations().filter(institution=None))
    for paper in unsettled.select_related("registration"):
        add_sealed(packer, (REGISTER, "尚未入册的单位", paper.registration.institution_name), paper, "登记材料")


def add_sealed(packer: Packer, folders: tuple[str, ...], paper: Paper | Letter, what: str) -> None:
    try:
        packer.add(folders, paper.name, open_sealed(paper.path, paper.sha256), what)
    except Exception:  # a lost key, a lost file, altered bytes: the rest is packed, the index says so
        packer.miss(folders, paper.name, what, LOST)


def add_unit(packer: Packer, scope: Scope, institution: Institution) -> None:
    place = (UNITS, f"{institution.code} {institution.name}")
    papers_of = Paper.objects.filter(registration__in=scope.registrations().filter(institution=institution))
    for paper in papers_of.order_by("pk"):
        add_sealed(packer, (*place, "登记"), paper, str(paper.get_kind_display()))
    for letter in scope.call.letters.filter(institution=institution).order_by("pk"):
        add_sealed(packer, (*place, "盖章件"), letter, str(letter.get_kind_display()))
    for result in letters_of(scope.call, institution).order_by("pk"):
        packer.add((*place, "结果通知书"), f"{result.number}.pdf", letter_pdf(result), "审核结果通知书")
        packer.add((*place, "结果通知书"), f"{result.number}.docx", letter_docx(result), "审核结果通知书")
    newest = list(summaries.rounds_of(scope.call, institution))
    if newest:
        add_summary(packer, scope, institution, place, newest)
    rounds = scope.rounds().filter(version__resource__institution=institution).order_by("pk")
    if rounds.exists():
        decisions = workbooks.workbook(
            "审核决定", DECISIONS, decisions_of(rounds), filters=[institution.name], made_at=scope.at
        )
        packer.add(place, "审核决定.xlsx", decisions, "各轮次的审核决定与理由")
    add_rounds(packer, scope, place, rounds)


def add_summary(
    packer: Packer, scope: Scope, institution: Institution, place: tuple[str, ...], newest: list[Round]
) -> None:
    head = [scope.call.title, institution.name]
    sheet = workbooks.workbook(
        "报送汇总表", summaries.COLUMNS, summaries.rows_of(newest), filters=head, made_at=scope.at
    )
    packer.add(place, "报送汇总表.xlsx", sheet, "每项资源最近一次报送")
    packer.add(
        place, "报送汇总表.pdf", summary_pdf(scope.call, institution, newest, at=scope.at), "每项资源最近一次报送"
    )
    kept = io.BytesIO()
    write_sheet(({**one.values, "resource_id": one.version.resource.resource_id} for one in newest), kept)
    packer.add(place, "资源元数据.xlsx", kept.getvalue(), "按标准的列序，每项资源最近一次报送")


def decisions_of(rounds: QuerySet[Round]) -> Iterator[list[Any]]:
    found = Decision.objects.filter(round__in=rounds).select_related(
        "round__version__resource", "by", "authority", "taken_back_by"
    )
    for one in found.order_by("round", "at", "pk").iterator(chunk_size=500):
        round, version = one.round, one.round.version
        reasons = [f"{heading_of(reason['field'])}：{reason['text']}".lstrip("：") for reason in one.reasons]
        yield [
            version.resource.resource_id, round.values.get("title", ""), version.number, round.number, round.receipt_number,
            one.get_stage_display(), one.get_outcome_display(), one.at, one.by.get_full_name(), str(one.authority),
            "\n".join(reasons), one.note, one.due_at, "已收回" if hasattr(one, "taken_back_by") else "",
        ]  # fmt: skip


def add_rounds(packer: Packer, scope: Scope, place: tuple[str, ...], rounds: QuerySet[Round]) -> None:
    """Receipts, and once each the promises they rest on; files only where they were asked for."""
    together = rounds.select_related("call", "submitted_by", "signature", "version__resource__institution")
    for round in together.iterator(chunk_size=200):
        packer.tell()
        paper = receipt_pdf(round, on_behalf_of=submitted_for(round), at=scope.at)
        packer.add((*place, "回执"), f"{round.receipt_number}.pdf", paper, round.values.get("title", ""))
        if scope.with_media:
            add_files(packer, (*place, "文件", round.version.resource.resource_id), round)
    for signature in (
        Signature.objects.filter(rounds__in=rounds).distinct().order_by("signed_at").iterator(chunk_size=200)
    ):
        packer.tell()
        name = f"{timezone.localtime(signature.signed_at):%Y%m%d-%H%M%S} {signature.signed_name}.pdf"
        packer.add((*place, "自审承诺"), name, promise(scope, signature), "单位自审承诺")


def promise(scope: Scope, signature: Signature) -> bytes:
    covered = "；".join(f"{one['resource_id']} {one['title']}" for one in signature.listed)
    facts = [["单位", str(signature.institution)], ["签署人", signature.signed_name], ["签署时间", clock(signature.signed_at)],
             ["清单版本", signature.checklist_version], ["所签资源", covered or "—"]]  # fmt: skip
    rows = [[one["text"], "是" if one["answer"] else "否", one.get("remark") or "—"] for one in signature.answers]
    return record(scope, "单位自审承诺", facts, signature.promise, rows, ("审核内容", "结论", "说明"))


def add_files(packer: Packer, folders: tuple[str, ...], round: Round) -> None:
    """What this round names, as it came in; what an earlier round brought already is not packed twice."""
    earlier = round.version.rounds.filter(pk__lt=round.pk).values_list("files", flat=True)
    known = {file["sha256"] for files in earlier for file in files}
    named = [
        part
        for file in round.files
        for part in (file, *file.get("captions", []), *([file["original"]] if "original" in file else []))
    ]
    by_pk = MediaFile.objects.in_bulk([file["id"] for file in named])
    for file in named:
        if file["sha256"] in known:
            continue
        known.add(file["sha256"])
        media = by_pk.get(file["id"])
        try:
            if media is None:
                raise FileNotFoundError
            if not media.location.exists() and media.object_key and bucket.is_used():
                fetch_back(media, told=lambda _share: packer.tell())
            with media.location.open("rb") as source:
                packer.take(folders, file["name"], source, file.get("title") or round.values.get("title", ""))
        except (FileNotFoundError, bucket.Away, bucket.Denied, bucket.Missing):
            packer.miss(folders, file["name"], round.values.get("title", ""), LOST)


def add_experts(packer: Packer, scope: Scope) -> None:
    for panel in scope.panels():
        packer.tell()
        packer.add((EXPERTS,), f"{panel.pk} {panel.title}.xlsx", scores_sheet(panel), "专家评分汇总")


def add_statistics(packer: Packer, scope: Scope) -> None:
    figures, officers = figures_for(scope.user, scope.call)
    packer.add((STATISTICS,), "征集统计.xlsx", sheets(figures, officers=officers), "征集统计")
