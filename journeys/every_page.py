"""Every address with a page behind it and who walks there, so that no page is forgotten: ``lifelong/config/tests/test_every_page.py``
asks for a line here, or for a reason, for each name in the address tables. Placeholders are filled by ``FIND``."""

PORTAL = {
    "stranger": [
        "/", "/areas/older", "/categories/{category}", "/search", "/search?q={word}&type=A01&sort=newest", "/search?q=没有这样的资源",
        "/resources/{film}", "/resources/{sound}", "/resources/{sound}/transcript", "/resources/{linked}", "/resources/{retired}", "/series/{series}",
        "/speakers/{speaker}", "/institutions/", "/institutions/{institution}", "/batches/", "/batches/{batch}", "/batches/{noticed}/notice", "/batches/{noticed}/objection", "/objections/", "/objections/{objection}", "/calls/",
        "/calls/{call}", "/calls/{call}/register", "/registrations/{registration_token}/", "/help", "/about", "/about/counting", "/terms", "/privacy", "/terms/versions",
        "/report?resource={film}", "/complaint", "/reports/{complaint}", "/verify", "/verify/{certificate}", "/api/docs", "/elder",
        "/nothing-here", "/embed/{film}", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/",
        "/accounts/password/reset/key/done/", "/accounts/confirm-email/", "/accounts/confirm-email/{email_key}/", "/accounts/inactive/",
        "/accounts/3rdparty/login/cancelled/", "/accounts/3rdparty/login/error/", "/activate/{activation_token}",
        "/accounts/password/reset/key/{reset_key}/",
    ],
    "learner@example.org": [
        "/", "/resources/{film}", "/learning/", "/learning/history", "/learning/record", "/learning/certificates", "/learning/favourites", "/learning/notes",
        "/learning/notes/{note}", "/learning/lists", "/learning/lists/{list}", "/learning/comments", "/learning/privacy-and-data", "/learning/privacy-and-data/delete",
        "/learning/statements",
        "/account/", "/accounts/email/", "/accounts/password/set/", "/accounts/logout/", "/accounts/reauthenticate/", "/accounts/3rdparty/",
        "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/",
    ],
}  # fmt: skip
DESK = {
    "reporter-4141990101@example.org": [
        "/work/", "/work/notices/", "/work/notices/mail", "/work/letters/", "/work/resources/", "/work/resources/new", "/work/resources/missing", "/work/resources/unit-review", "/work/resources/trash",
        "/work/resources/series", "/work/resources/import/", "/work/resources/import/{import_run}/", "/work/resources/{draft}/",
        "/work/resources/{draft}/v1/", "/work/resources/{draft}/v1/files", "/work/resources/{draft}/v1/preview",
        "/work/resources/{draft}/v1/submit", "/work/resources/{received}/v1/receipts/{receipt}",
        "/work/resources/{received}/", "/work/resources/{received}/versions", "/work/resources/{received}/compare",
        "/calls/{call}/ask", "/work/questions/", "/work/resources/summaries/", "/work/resources/summaries/{call}/{institution}/",
        "/work/resources/upload/", "/work/resources/storage",
        "/work/platforms/", "/work/platforms/new/", "/work/platforms/{platform}/", "/work/evaluation/{evaluation}/standing/",
        "/work/effect/{film}/",
    ],
    "handling@example.org": ["/work/", "/work/registrations/enter", "/work/registrations/sheet", "/work/panels/", "/work/panels/{panel}/", "/work/panels/items/{item}/", "/work/experts/", "/work/experts/{expert}/"],
    "deciding@example.org": [
        "/work/", "/work/calls/", "/work/calls/compose", "/work/calls/{call}/", "/work/calls/{call}/change", "/work/calls/{call}/board", "/work/calls/{call}/statistics", "/work/calls/{call}/archive", "/work/prepared/", "/work/help/call-board",
        "/work/calls/{call}/announcements/{announcement}/", "/work/calls/{call}/deputations/{institution}/", "/work/questions/", "/work/questions/{question}/",
        "/work/letters/", "/work/letters/{call}/{institution}/", "/work/registrations/", "/work/registrations/{registration}/", "/work/review/provincial/",
        "/work/review/provincial/{round}/", "/work/institutions/", "/work/institutions/enter", "/work/institutions/sheet",
        "/work/institutions/{institution}/", "/work/institutions/{institution}/change", "/work/platforms/{platform}/", "/work/platforms/{platform}/evidence/",
    ],
    "expert@example.org": ["/work/", "/work/scoring/", "/work/scoring/{assignment}/", "/work/opinions/", "/work/opinions/{opinion}/"],
    "final@example.org": ["/work/", "/work/review/final/", "/work/batches/", "/work/batches/{batch}/", "/work/batches/{batch}/preview", "/work/batches/{noticed}/", "/work/objections/", "/work/objections/{objection}", "/work/catalogue/{film}/"],
    "operator@example.org": [
        "/work/", "/work/catalogue/", "/work/catalogue/{film}/", "/work/reports/", "/work/reports/{complaint}", "/work/comments/", "/work/certificates/",
        "/work/certificates/{certificate}", "/work/home/", "/work/home/{section}/", "/work/categories/", "/work/categories/{category}/", "/work/words/",
        "/work/words/{words}/", "/work/words/allowed/", "/work/words/test/", "/work/words/online/", "/work/jobs/", "/work/jobs/{job}/", "/work/outbox/", "/work/outbox/{mail}/",
        "/work/lti/", "/work/lti/new/", "/work/lti/{lti}/", "/work/platforms/{platform}/correct/",
        "/work/statements/", "/work/statements/new/", "/work/statements/{store}/", "/work/storage/",
        "/work/texts/", "/work/texts/terms/", "/work/texts/terms/preview",
        "/work/usage/", "/work/usage/resources/{film}/", "/work/usage/inst/{institution}/", "/work/usage/days/2026-01-01/",
        "/work/inspection/", "/work/inspection/{finding}/", "/work/inspection/plan/", "/work/inspection/plan/rule/link_gone/",
        "/work/evaluation/", "/work/evaluation/{evaluation}/", "/work/evaluation/{evaluation}/resources/{film}/", "/work/evaluation/schemes/",
        "/work/evaluation/schemes/2026/",
        "/work/operations/", "/work/operations/pages/?span=day", "/work/operations/refused/", "/work/operations/waits/", "/work/operations/history/",
    ],
    "system@example.org": ["/work/", "/work/people/", "/work/people/{person}/", "/work/authorities/", "/work/jobs/", "/work/operations/"],
    "security@example.org": ["/work/", "/work/people/", "/work/people/appoint", "/work/people/{person}/"],
    "audit@example.org": ["/work/", "/work/audit/", "/work/audit/{audit}/"],
}  # fmt: skip
EXCUSED = {
    "answers machines": [
        "healthz", "readyz", "metrics", "favicon", "media_public", "media_signed", "robots", "sitemap", "sitemap_part", "feed", "notice_feed", "oembed", "oai", "oai_schema",
        "api_nothing", "api_root", "api_docs_guessed", "lti_login", "lti_choose", "lti_jwks", "openid_connect_login", "openid_connect_callback",
        "resources:files-state", "resources:imports-archives", "study_place", "mfa_login_webauthn", "mfa_reauthenticate_webauthn",
    ],
    "gives a file": [
        "audit-download", "jobs-export", "people-export", "institutions-export", "calls-export", "call-attachment", "call-form", "call-board-export", "call-announcement-export", "questions-export", "call-deputation-letter",
        "resources:export", "resources:summary-sheet", "resources:summary-paper", "resources:summary-scan", "resources:receipt-paper", "review_export", "call_statistics_export", "prepared-file", "registrations-export",
        "registration-paper", "my-registration-word", "my-registration-printed", "my-registration-stamped", "categories-export", "platforms-export",
        "evidence-file", "words-export", "resources:imports-template", "batch_export", "resource_qr", "my_record_sheet", "my_certificate_file", "my_notes_text",
        "my_notes_sheet", "mfa_download_recovery_codes", "my_statements_file", "panel_export", "result_letter_file",
        "usage_export", "usage_scope_export", "usage_resource_export",
        "my_notes_sheet", "mfa_download_recovery_codes", "my_statements_file", "panel_export", "result_letter_file", "evaluation_export",
    ],
    "the page of samples, judged by lifelong/web/tests/test_look.py": ["style"],
    "only leads elsewhere": ["short_link", "notice", "report_find", "review", "demo_enter", "resume", "evaluation_standings"],
    "a fragment of a page that is walked": ["resource_shelf", "resource_notes", "resource_voices", "resources:files-list"],
    "after the sign-in of an outside service, whose pages these share": ["socialaccount_signup", "lti_play"],
    "needs a step in between that other stories take, in a frame that is walked": [
        "setup", "consent", "account_confirm_login_code", "resources:sign", "resources:submit-many", "resources:withdraw", "resources:beside", "resources:filled",
        "registrations-take-in", "my-registration-correct", "comment_appeal", "comment_flag", "resource_lists", "account_change_password", "mfa_authenticate", "mfa_reauthenticate", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_remove_webauthn", "mfa_edit_webauthn",
    ],
}  # fmt: skip
FIND = """
from django.core import signing
from django.utils import timezone
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from lifelong.accounts.models import User
from lifelong.accounts.actions import invitation
from lifelong.audit.models import AuditEntry
from lifelong.calls.models import Amendment, Call, Question, Registration
from lifelong.calls.queries.registrations import token_of
from lifelong.catalogue.models import Entry, HomeSection, LtiPlatform, Report, Speaker
from lifelong.jobs.models import Job
from lifelong.learning.models import Certificate, Note, StatementStore, StudyList
from lifelong.monitoring.models import EvaluationRun, ExpertOpinion, InspectionFinding
from lifelong.notices.models import Mail
from lifelong.resources.models import ImportRun, Round, Version
from lifelong.review.models import Assignment, Objection
from lifelong.screening.models import WordList
from lifelong.standards.models import CategoryNode, HostPlatform
now = timezone.now()
online = Entry.objects.online()
film = online.filter(type="A01", series__isnull=False).first()
learner = User.objects.get(email="learner@example.org")
reporter = User.objects.get(email="reporter-4141990101@example.org")
unit = film.institution
mine = Version.objects.filter(resource__institution=unit)
received = Round.objects.filter(version__in=mine).exclude(receipt_number="").first()
newcomer = User.objects.filter(activations__used_at=None).exclude(pk__in=[learner.pk, reporter.pk]).last()
sound = online.filter(type="A02").first()
linked = online.exclude(link="").first()
assignment = Assignment.objects.get(item__panel__title="走遍每一页的评审", expert__email="expert@example.org")
registration = Registration.objects.filter(state="submitted").first() or Registration.objects.first()
result = {
    "film": film.identifier, "word": film.title[:2], "sound": sound.identifier, "linked": linked.identifier,
    "retired": Entry.objects.exclude(visibility="online").first().identifier,
    "category": CategoryNode.objects.get(pk=film.category_id).code, "series": film.series_id, "speaker": film.speakers[0]["id"],
    "institution": unit.code, "batch": film.batch.number, "call": Call.objects.filter(state="open").first().number,
    "announcement": Amendment.objects.filter(call__state="open").first().pk, "question": Question.objects.first().pk,
    "registration": registration.number,
    "registration_token": token_of(registration),
    "noticed": Objection.objects.first().notice.batch.number, "objection": Objection.objects.first().number,
    "complaint": Report.objects.first().number, "certificate": Certificate.objects.first().number,
    "email_key": EmailConfirmationHMAC(EmailAddress(user=learner, email=learner.email, pk=EmailAddress.objects.first().pk)).key,
    "reset_key": f"{user_pk_to_url_str(learner)}-{default_token_generator.make_token(learner)}",
    "activation_token": invitation.open_activation(newcomer, by=None, at=now).url.rsplit("/", 1)[-1],
    "note": Note.objects.filter(user=learner).first().pk, "list": StudyList.objects.filter(user=learner).first().pk,
    "draft": mine.filter(state="draft").first().resource.resource_id, "import_run": ImportRun.objects.first().pk,
    "received": received.version.resource.resource_id, "receipt": received.receipt_number,
    "platform": HostPlatform.objects.first().pk, "round": Round.objects.filter(version__state="submitted").first().pk,
    "finding": InspectionFinding.objects.first().pk,
    "section": HomeSection.objects.first().pk, "words": WordList.objects.first().pk, "job": Job.objects.first().pk,
    "mail": Mail.objects.first().pk, "lti": LtiPlatform.objects.first().pk, "person": newcomer.pk,
    "audit": AuditEntry.objects.first().pk, "panel": assignment.item.panel_id, "item": assignment.item_id, "assignment": assignment.pk,
    "expert": assignment.expert_id, "store": StatementStore.objects.first().pk,
    "evaluation": EvaluationRun.objects.get().pk, "opinion": ExpertOpinion.objects.filter(expert__email="expert@example.org", state="given").first().pk,
}
"""
# What the stage has not got yet: a sound, a linked course, a retired resource, a learner's things, complaint, school platform, sheet.
FURNISH = """
from datetime import timedelta
from pathlib import Path
from django.utils import timezone, translation
from lifelong.accounts.models import Role, User
from lifelong.calls import actions as calls
from lifelong.calls.models import Call
from lifelong.catalogue.actions import availability, home, lti, reports
from lifelong.catalogue.models import Entry, Report
from lifelong.demo.actions import learners, reviews, submissions
from lifelong.demo.actions.build import wait_for_checks
from lifelong.demo.covers import make_cover
from lifelong.demo.films import make_sound
from lifelong.institutions.models import Institution
from lifelong.learning.actions.certificates import new_id
from lifelong.learning.models import Certificate
from lifelong.demo.actions import evaluation, inspecting
from lifelong.learning.actions import forwarding
from lifelong.resources.actions import captions, drafts, imports
from lifelong.resources.models import Round
from lifelong.review.actions import batches, objections, panels, public_notices, scoring
from lifelong.texts import actions as texts
now = timezone.now()
reporter, officer, final, operator = (User.objects.get(email=f"{name}@example.org") for name in ("reporter-4141990101", "deciding", "final", "operator"))
unit, call = Institution.objects.get(code="4141990101"), Call.objects.get(number=CALL)
text = {"area": "community", "category": "社区教育", "summary": "供演练用的一项资源，讲社区里一件小事怎样做好，适合所有居民，也适合初学的人。", "keywords": "社区;演练", "speakers": "顾长风"}
made = []
with translation.override("zh-hans"):
    for number, (title, type) in enumerate((("听书演练", "A02"), ("网络课程演练", "A03"), ("要撤下的演练", "A02"), ("在公示的演练", "A03"))):
        values = {"title": title, "type": type, **text} | ({"link": "https://www.example.org/?course=walk"} if type == "A03" else {})
        version = submissions.drafts.create_draft(institution=unit, by=reporter, at=now, values=values)
        submissions.attachments.set_cover(version, name="封面.jpg", content=make_cover(title, area="community", seed=number, subtitle=unit.name), by=reporter, at=now)
        if type == "A02":
            sound = Path(FOLDER) / f"walk-{number}.mp3"
            make_sound(sound, number, 12)
            submissions.send(version, sound, name=title, by=reporter, at=now)
        made.append(version)
    wait_for_checks(print, most_seconds=60)
    spoken = "WEBVTT\\n\\n00:00.000 --> 00:04.000\\n大家好，今天练习听书。\\n"
    captions.set_caption(made[0], entry_id=made[0].files.get().pk, language="zh-Hans", name="字幕.vtt", content=spoken.encode(), by=reporter, at=now)
    for version in made:
        submissions.hand_in(version, call=call, by=reporter, at=timezone.now())
    wait_for_checks(print, most_seconds=60)
    for version in made:
        version.refresh_from_db()
        reviews.forward(version, by=officer, at=timezone.now())
        reviews.accept(version, by=final, at=timezone.now())
    reviews.publish("2026-75", "走遍每一页的一批", made[:3], by=final, at=timezone.now())
    wait_for_checks(print, most_seconds=60)
    now = timezone.now()
    availability.retire(made[2].resource, by=final, reason="演练用的出库。", at=now)
    waiting = batches.create_batch(number="2026-76", title="公示的演练", by=final, at=now)
    batches.add_versions(waiting, made[3:], by=final, at=now)
    notice = public_notices.open_notice(waiting, begins_at=now, ends_at=now + timedelta(days=7), by=final, at=now)
    objections.object_to(notice, made[3], name="钱学礼", contact="13800000000", reason="供演练用的一条异议，十个字以上。", at=now)
    inspecting.inspect(at=now, dead="网络课程演练")
    learners.learn(operator=operator, at=now - timedelta(days=3))
    learner = User.objects.get(email="learner@example.org")
    Certificate.objects.create(number=new_id(), user=learner, name="温书宁", from_date=now.date(), to_date=now.date(), content_s=720, items=[], issued_at=now)
    reports.file_report(kind="playback", text="放到一半没有声音了。", at=now)
    home.save_section(None, {"title": "演练栏目", "note": "", "query": "area=degree", "search": {"text": "", "filters": {"area": ["degree"]}, "sort": "newest"}}, by=operator, at=now)
    lti.save_platform(lti.PlatformFacts("演练学校", "https://lms.example.org", "walk", "https://lms.example.org/a", "https://lms.example.org/t", "https://lms.example.org/j", ["1"]), by=operator, at=now)
    imports.take_sheet(institution=unit, name="资源.csv", content="资源名称,资源类型\\n一门课,A01\\n".encode(), by=reporter, at=now)
    drafts.create_draft(institution=unit, by=reporter, at=now, values={"title": "还没写完的演练"})
    handling, expert = (User.objects.get(email=f"{name}@example.org") for name in ("handling", "expert"))
    scoring.keep_profile(expert, areas=[], employer=None, capacity=40, senior=True, by=handling, at=now)
    plan = panels.Plan("走遍每一页的评审", now + timedelta(days=4), each=4)
    panel = panels.draft_panel(Round.objects.filter(version__title="人人看得清的一页"), plan, stage="provincial", call=call, by=handling, at=now)
    panels.open_panel(panel, by=handling, at=now)
    forwarding.save_store(name="演练记录库", endpoint="https://lrs.example.org/xapi", key="k", secret="s", is_open=False, by=operator, at=now)
    texts.save_draft("terms", chinese="# 用户协议\\n\\n供演练用的草稿。", english="# Terms\\n\\nA draft.", revision=0, by=operator, at=now)
    calls.ask(unit, call=call, text="演练用的提问。", by=reporter, at=now)
    calls.announce(call, kind="announcement", title="演练用的公告", text="演练。", by=officer, at=now)
    run = evaluation.reckon(operator=operator, fresh_days=1, at=now + timedelta(days=2))
    evaluation.ask(run, operator=operator, each=9, at=now)
    evaluation.decide(run, operator=operator, final=final, at=now)
result = None
"""
