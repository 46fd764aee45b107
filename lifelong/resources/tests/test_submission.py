"""What stops a submission, one by one, and what follows where nothing does (spec 1, What stops what)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Extension, Window
from lifelong.institutions.models import MandateRole
from lifelong.jobs.models import Job
from lifelong.media import actions as media
from lifelong.media.lifecycle import Urgency
from lifelong.media.models import MediaFile, Upload
from lifelong.media.probe.facts import Facts, WholeFacts
from lifelong.notices.models import Notice
from lifelong.resources import events
from lifelong.resources.actions import attachments, drafts, explanations, files, signing, submission
from lifelong.resources.actions.steps import IllegalStep, move
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Finding, LinkCheck, ReceiptCounter, Resource, Round, Version
from lifelong.resources.queries.comparing import compare
from lifelong.resources.queries.freezing import fingerprint, values_of
from lifelong.resources.queries.missing import what_is_missing
from lifelong.resources.queries.submitting import standing
from lifelong.resources.tests import cast
from lifelong.screening import actions as screening
from lifelong.web.refusals import NotAllowed

NOW = timezone.now


def hand_in(version, call, by, *, at=None, answers=None, signed=True):
    version.refresh_from_db()
    signature = cast.signed(version, by, answers) if signed else None
    return submission.submit(version, call=call, signature=signature, by=by, at=at or NOW())


def refused(version, call, by, **more) -> dict[str, str]:
    with pytest.raises(submission.NotReady) as refusal:
        hand_in(version, call, by, **more)
    assert Round.objects.count() == 0
    assert Version.objects.get(pk=version.pk).state != State.SUBMITTED
    return refusal.value.fields


def test_what_lacks_nothing_is_handed_in_and_frozen(ready, call, reporter):
    heard = []

    def listener(sender, **facts):
        heard.append(facts["round"].receipt_number)

    events.version_submitted.connect(listener)
    try:
        round = hand_in(ready, call, reporter)
    finally:
        events.version_submitted.disconnect(listener)
    ready.refresh_from_db()
    assert (ready.state, ready.call, ready.first_submitted_at) == (State.SUBMITTED, call, round.submitted_at)
    assert (ready.last_round, ready.handed_in_at) == (round, round.submitted_at)
    assert round.values["title"] == "智能手机使用入门"
    assert round.values["duration"] == "00:01:00"
    assert [file["kind"] for file in round.files] == ["media", "cover"]
    assert all(len(file["sha256"]) == 64 for file in round.files)
    assert round.standard == "2022"
    assert round.signature.signed_name == "苗秀兰"
    assert round.receipt_number == f"{timezone.localdate():%Y%m%d}-000001"
    assert heard == [round.receipt_number]
    assert ready.steps.filter(verb="submitted", round=round).exists()
    assert Notice.objects.get(user=reporter).subject == f"报送回执 {round.receipt_number}"
    assert {f.rule for f in round.findings.all()} == {f.rule for f in ready.findings.filter(round=None)}


@pytest.mark.parametrize("field", ["title", "type", "area", "summary", "speakers", "rights_holder"])
def test_a_missing_required_field_stops(field, ready, call, reporter):
    values = {field: "", **({"category": ""} if field == "area" else {})}
    drafts.save_draft(ready, values=values, revision=ready.revision, by=reporter, at=NOW())
    assert field in refused(ready, call, reporter)


def test_a_missing_cover_stops(college, call, reporter):
    version = cast.draft(college, reporter)
    cast.measure(cast.sent(version, reporter))
    assert set(refused(version, call, reporter)) == {"cover"}


def test_a_strangers_rights_want_their_paper(ready, call, reporter):
    drafts.save_draft(ready, values={"rights_holder": "某某出版社"}, revision=ready.revision, by=reporter, at=NOW())
    assert set(refused(ready, call, reporter)) == {"rights_file"}
    attachments.set_rights_file(ready, name="授权书.pdf", content=b"%PDF-1.7 ...", by=reporter, at=NOW())
    assert hand_in(ready, call, reporter)


def test_a_licence_is_handed_in_with_a_last_day_that_is_still_to_come(ready, call, reporter, client):
    endless = fingerprint(ready)
    day = timezone.localdate()
    gone, coming = (day - timedelta(days=1)).isoformat(), (day + timedelta(days=400)).isoformat()
    client.force_login(reporter)
    page = reverse("resources:edit", args=[ready.resource.resource_id, 1])

    def typed(until):
        ready.refresh_from_db()
        client.post(page, {"revision": ready.revision, "rights_until": until})
        return Version.objects.get(pk=ready.pk)

    assert "请附授权文件" in refused(typed(coming), call, reporter)["rights_file"]
    attachments.set_rights_file(ready, name="授权书.pdf", content=b"%PDF-1.7 ...", by=reporter, at=NOW())
    over = typed(gone)
    assert (over.rights_until.isoformat(), "到期" in client.get(page).content.decode()) == (gone, True)
    assert "到期" in refused(over, call, reporter)["rights_until"]
    with_paper = typed("")
    round = hand_in(typed(coming), call, reporter)
    assert round.values["rights_until"] == coming
    read = client.get(page)
    assert f"<dt>授权截止日期</dt><dd>{coming}</dd>" in read.content.decode()
    assert b"".join(client.get(read.context["licence_address"]).streaming_content) == b"%PDF-1.7 ..."
    ready.refresh_from_db()
    assert fingerprint(ready) not in {endless, fingerprint(with_paper)}
    Version.objects.filter(pk=ready.pk).update(state=State.PUBLISHED)
    Resource.objects.update(availability=Availability.ONLINE, online_version=ready)
    second = drafts.start_version(Version.objects.get(pk=ready.pk), by=reporter, at=NOW())
    assert second.rights_until.isoformat() == coming
    later = drafts.save_draft(second, values={"rights_until": "长期"}, revision=second.revision, by=reporter, at=NOW())
    change = compare(round.values, values_of(later), [], [], lambda key: {}).fields
    assert [(one.name, one.before, one.after) for one in change] == [("rights_until", coming, "")]
    assert drafts.copy_draft(ready, by=reporter, at=NOW()).rights_until is None  # its paper is not copied either


def test_a_field_with_a_wrong_value_stops(ready, call, reporter):
    saved = drafts.save_draft(ready, values={"duration": "1:2"}, revision=ready.revision, by=reporter, at=NOW())
    assert set(refused(saved, call, reporter)) == {"duration"}


def test_a_video_without_a_file_stops(ready, call, reporter):
    files.remove_file(ready, entry_id=ready.files.get().pk, by=reporter, at=NOW())
    assert "files" in refused(ready, call, reporter)


def test_a_course_needs_a_file_or_a_link(ready, call, reporter):
    files.remove_file(ready, entry_id=ready.files.get().pk, by=reporter, at=NOW())
    values = {"type": "A03", "area": "degree", "category": ""}
    saved = drafts.save_draft(ready, values=values, revision=ready.revision, by=reporter, at=NOW())
    assert "files" in refused(saved, call, reporter)
    values = {"link": "https://course.example.org/learn/12"}
    saved = drafts.save_draft(saved, values=values, revision=saved.revision, by=reporter, at=NOW())
    protection = saved.findings.get(rule="link.protection")
    explanations.explain(saved, sentences={protection.pk: "平台正在测评"}, by=reporter, at=NOW())
    round = hand_in(saved, call, reporter)
    assert LinkCheck.objects.get(version=saved).checked_at is None
    assert round.findings.get(rule="link.protection").explanation == "平台正在测评"


def test_a_running_upload_stops(ready, call, reporter):
    files.open_upload(ready, name="第二讲.mp4", size=99, by=reporter, at=NOW())
    assert set(refused(ready, call, reporter)) == {"files"}


def test_a_file_that_is_not_measured_yet_stops(college, call, reporter):
    version = cast.draft(college, reporter)
    attachments.set_cover(version, name="封面.jpg", content=cast.jpeg(), by=reporter, at=NOW())
    cast.sent(version, reporter)
    assert set(refused(version, call, reporter)) == {"files"}


def test_a_file_that_does_not_open_stops_whatever_is_said_of_it(college, call, reporter):
    version = cast.ready(college, reporter, facts=Facts(readable=False, reason="no_index", size_bytes=40))
    finding = version.findings.get(rule="file.readable")
    explanations.explain(version, sentences={finding.pk: "播放器打得开"}, by=reporter, at=NOW())
    assert "打不开" in refused(version, call, reporter)["files"]


def test_every_other_fail_wants_one_sentence_and_goes_along(college, call, reporter):
    version = cast.ready(college, reporter, facts=cast.good_facts(bit_rate=112_000))
    assert set(refused(version, call, reporter)) == {"findings"}
    finding = version.findings.get(rule="video.bit_rate")
    explanations.explain(version, sentences={finding.pk: "画面是静止的课件"}, by=reporter, at=NOW())
    round = hand_in(version, call, reporter)
    assert round.findings.get(rule="video.bit_rate").explanation == "画面是静止的课件"


def test_the_second_pass_may_still_run(ready, call, reporter):
    assert ready.files.get().media_file.probe_state == "facts"
    assert hand_in(ready, call, reporter)


def urgency(file: MediaFile) -> dict[str, int]:
    """Of what makes the film fit to be judged and played; nobody waits for the comparison with all others."""
    jobs = (
        Job.objects.waiting()
        .filter(args=[file.pk], path__startswith="lifelong.media")
        .exclude(path__endswith="probe_facts_of")
    )
    return {path.rpartition(".")[2]: priority for path, priority in jobs.values_list("path", "priority")}


def test_what_reviewers_wait_for_goes_before_all_other_work(college, rival_college, rival, call, reporter):
    version, other = cast.ready(college, reporter), cast.ready(college, reporter, seed="2", title="手机拍照入门")
    theirs = cast.ready(rival_college, rival, seed="3")
    file, waiting = version.files.get().media_file, [each.files.get().media_file for each in (other, theirs)]
    before = urgency(waiting[0])
    hand_in(version, call, reporter)
    assert set(urgency(file).values()) == {Urgency.REVIEWED}
    assert [urgency(each) for each in waiting] == [before, before]
    assert max(before.values()) < Urgency.REVIEWED
    sampled = WholeFacts(method="sampled", duration_s=60.0, frames=30, packets=4000, decoded_s=4.0)
    media.record_whole(file, whole=sampled.to_json(), at=NOW())
    assert urgency(file)["decode_fully"] == Urgency.IDLE, "the province decides without it"
    version.refresh_from_db()
    move(version, to=State.FORWARDED, verb="forwarded", by=reporter, at=NOW())
    assert urgency(file)["decode_fully"] == Urgency.REVIEWED


def test_a_type_outside_the_calls_scope_stops_and_the_clause_is_named(ready, call, reporter):
    values = {"type": "A03"}
    saved = drafts.save_draft(ready, values=values, revision=ready.revision, by=reporter, at=NOW())
    assert "只接收视频资源、音频资源" in refused(saved, call, reporter)["type"]


def test_an_unsigned_declaration_stops(ready, call, reporter):
    assert set(refused(ready, call, reporter, signed=False)) == {"declaration"}


def test_an_item_answered_no_stops(ready, call, reporter):
    answers = cast.all_yes() | {"secrets": {"answer": False, "remark": "第 3 分钟出现内部文件"}}
    assert "国家秘密" in refused(ready, call, reporter, answers=answers)["declaration"]


def test_an_edit_after_signing_wants_a_new_signature(ready, call, reporter):
    signature = cast.signed(ready, reporter)
    drafts.save_draft(ready, values={"title": "换了名称"}, revision=ready.revision, by=reporter, at=NOW())
    with pytest.raises(submission.NotReady) as refusal:
        submission.submit(ready, call=call, signature=signature, by=reporter, at=NOW())
    assert "重新签署" in refusal.value.fields["declaration"]


def test_a_file_changed_after_signing_wants_a_new_signature(ready, call, reporter):
    signature = cast.signed(ready, reporter)
    files.name_files(ready, titles={ready.files.get().pk: "另一个标题"}, by=reporter, at=NOW())
    with pytest.raises(submission.NotReady):
        submission.submit(ready, call=call, signature=signature, by=reporter, at=NOW())


def shut(call, minutes: int = 10):
    Window.objects.filter(call=call, stage=Stage.SUBMISSION).update(ends_at=NOW() - timedelta(minutes=minutes))
    return type(call).objects.get(pk=call.pk)


def began_uploading(version, minutes_ago: int):
    Upload.objects.filter(purpose=f"version:{version.pk}").update(began_at=NOW() - timedelta(minutes=minutes_ago))


def test_a_closed_window_stops_and_names_the_deadline(ready, call, reporter):
    assert "截止" in refused(ready, shut(call), reporter)["call"]


def test_an_upload_begun_before_the_end_opens_the_grace(ready, call, reporter):
    began_uploading(ready, 30)
    assert hand_in(ready, shut(call), reporter).in_grace


def test_after_the_grace_the_window_is_closed(ready, call, reporter):
    began_uploading(ready, 200)
    assert "call" in refused(ready, shut(call, minutes=121), reporter)


def test_an_extension_for_one_institution_opens_its_door_alone(ready, call, reporter, rival_college, rival):
    window = Window.objects.get(call=call, stage=Stage.SUBMISSION)
    Extension.objects.create(
        window=window, institution=ready.resource.institution, ends_at=NOW() + timedelta(days=1), reason="停电"
    )
    call = shut(call)
    theirs = cast.ready(rival_college, rival, seed="2")
    assert "call" in refused(theirs, call, rival)
    assert hand_in(ready, call, reporter)


def returned(ready, call, reporter, due_at):
    hand_in(ready, call, reporter)
    reasons = [{"field": "title", "text": "名称不通顺"}]
    move(ready, to=State.RETURNED, verb="returned", by=reporter, at=NOW(), reasons=reasons, due_at=due_at)


def test_a_return_is_answered_within_its_due_date_even_after_the_window(ready, call, reporter):
    returned(ready, call, reporter, NOW() + timedelta(days=3))
    round = hand_in(ready, shut(call, minutes=600), reporter)
    assert (round.number, Round.objects.count()) == (2, 2)
    ready.refresh_from_db()
    assert (ready.state, ready.return_due_at) == (State.SUBMITTED, None)
    assert Round.objects.get(number=1).closed_at is not None


def test_a_return_answered_too_late_is_told_so(ready, call, reporter):
    returned(ready, call, reporter, NOW() + timedelta(minutes=1))
    door = standing(ready, shut(call, minutes=600), NOW() + timedelta(hours=1))
    assert not door.open
    assert "退回修改的期限" in door.text


def test_the_same_version_is_handed_in_once(ready, call, reporter):
    signature = cast.signed(ready, reporter)
    first, second = Version.objects.get(pk=ready.pk), Version.objects.get(pk=ready.pk)
    round = submission.submit(first, call=call, signature=signature, by=reporter, at=NOW())
    with pytest.raises(IllegalStep) as told:
        submission.submit(second, call=call, signature=signature, by=reporter, at=NOW())
    assert round.receipt_number in told.value.message
    assert (Round.objects.count(), ReceiptCounter.objects.get().last) == (1, 1)


def test_a_rival_can_neither_sign_nor_submit(ready, call, rival):
    with pytest.raises(NotAllowed):
        cast.signed(ready, rival)
    with pytest.raises(NotAllowed):
        submission.submit(ready, call=call, signature=None, by=rival, at=NOW())


def test_texts_are_screened_as_they_are_handed_in(ready, call, reporter):
    made = screening.make_list("试用词表", "广告", "block", by=reporter, at=NOW())
    screening.add_words(made, ["看病挂号"], by=reporter, at=NOW())
    hit = hand_in(ready, call, reporter).hits.get()
    assert (hit.field, hit.word, hit.severity) == ("summary", "看病挂号", "block")


def test_receipts_count_up_within_a_day(college, call, reporter):
    one = hand_in(cast.ready(college, reporter), call, reporter)
    two = hand_in(cast.ready(college, reporter, seed="2", title="微信入门"), call, reporter)
    assert [r.receipt_number[-6:] for r in (one, two)] == ["000001", "000002"]


def test_one_signature_over_a_list_and_every_one_is_told(college, call, reporter, ready):
    unfinished = cast.draft(college, reporter, title="微信入门")
    done = submission.sign_and_submit(
        [ready, unfinished],
        institution=college,
        call=call,
        answers=cast.all_yes(),
        name="苗秀兰",
        by=reporter,
        at=NOW(),
    )
    assert [round.version for round in done.rounds] == [ready]
    assert [outcome.version for outcome in done.refused] == [unfinished]
    assert [line["title"] for line in done.signature.listed] == ["智能手机使用入门", "微信入门"]
    assert done.rounds[0].signature == done.signature


def test_a_signature_wants_every_item_a_remark_for_a_no_and_the_right_name(ready, reporter):
    def sign(answers, name="苗秀兰"):
        with pytest.raises(signing.NotSigned) as told:
            signing.sign(
                ready.resource.institution, versions=[ready], answers=answers, name=name, by=reporter, at=NOW()
            )
        return set(told.value.fields)

    assert sign({}) == set(cast.all_yes())
    assert sign(cast.all_yes() | {"law": {"answer": False, "remark": " "}}) == {"law"}
    assert sign(cast.all_yes(), name="") == {"name"}
    assert sign(cast.all_yes(), name="别人") == {"name"}


def test_where_the_reporter_may_not_sign_alone_the_reviewer_signs_and_hands_in(ready, call, reporter, college):
    college.reporter_signs_alone = False
    college.save()
    ready = Version.objects.get(pk=ready.pk)
    reviewer = cast.member(college, MandateRole.INSTITUTION_REVIEWER, "丁若谷")
    with pytest.raises(NotAllowed):
        cast.signed(ready, reporter)
    submission.send_to_unit_review(ready, call=call, by=reporter, at=NOW())
    assert ready.state == State.UNIT_REVIEW
    round = hand_in(ready, call, reviewer)
    assert (round.submitted_by, round.signature.signed_by) == (reviewer, reviewer)


def test_the_reviewer_gives_it_back_with_reasons_and_the_reporter_fetches_it_back(ready, call, reporter, college):
    college.reporter_signs_alone = False
    college.save()
    ready = Version.objects.get(pk=ready.pk)
    reviewer = cast.member(college, MandateRole.INSTITUTION_REVIEWER, "丁若谷")
    submission.send_to_unit_review(ready, call=call, by=reporter, at=NOW())
    with pytest.raises(submission.NotReady):
        submission.send_back(ready, by=reviewer, at=NOW(), reasons=[])
    submission.send_back(ready, by=reviewer, at=NOW(), reasons=[{"field": "title", "text": "太长"}])
    assert (ready.state, ready.steps.last().reasons[0]["text"]) == (State.RETURNED, "太长")
    submission.send_to_unit_review(ready, call=call, by=reporter, at=NOW())
    submission.fetch_back(ready, by=reporter, at=NOW())
    assert ready.state == State.DRAFT


def test_the_second_pass_reaches_the_round_under_review_and_the_frozen_sentences_stay(ready, call, reporter):
    round = hand_in(ready, call, reporter)
    assert round.findings.get(rule="file.complete").verdict == "unknown"
    cast.measure_whole(ready.files.get().media_file)
    assert round.findings.get(rule="file.complete").verdict == "pass"


def test_a_verdict_of_a_closed_round_is_never_changed(ready, call, reporter):
    returned(ready, call, reporter, NOW() + timedelta(days=3))
    round = Round.objects.get()
    cast.measure_whole(ready.files.get().media_file)
    assert round.findings.get(rule="file.complete").verdict == "unknown"
    assert Finding.objects.get(version=ready, round=None, rule="file.complete").verdict == "pass"


def test_what_is_missing_leads_to_the_field_itself(draft):
    gaps = {gap.field: gap.url for gap in what_is_missing(draft, at=NOW())}
    where = f"/work/resources/{draft.resource.resource_id}/v1/"
    assert gaps == {"cover": f"{where}#field-cover", "files": f"{where}files#field-files"}


def test_a_quota_that_is_used_up_tells_and_does_not_refuse(ready, call, reporter):
    call.quota = 0
    call.save()
    assert hand_in(ready, call, reporter)


def test_an_upload_that_failed_does_not_open_the_grace(ready, call, reporter):
    began_uploading(ready, 30)
    Upload.objects.all().update(state="cancelled", media_file=None)
    assert "call" in refused(ready, shut(call), reporter)


SAMPLED = WholeFacts(method="sampled", duration_s=60.0, frames=30, packets=4000, decoded_s=9.0)
BROKEN = WholeFacts(duration_s=60.0, frames=1500, packets=4000, damaged=700, first_damage_s=30.0, decoded_s=60.0)


def full_decodes() -> list[int]:
    return [job.args[0] for job in Job.objects.filter(path="lifelong.media.tasks.decode_fully")]


def record(file: MediaFile, whole: WholeFacts, do=media.record_whole) -> None:
    file.refresh_from_db()
    do(file, whole=whole.to_json(), at=NOW())


def complete(version: Version, round: Round | None) -> str:
    return version.findings.get(round=round, rule="file.complete").verdict


def test_a_long_film_is_decoded_fully_once_it_is_handed_in(ready, call, reporter):
    file = ready.files.get().media_file
    record(file, SAMPLED)
    assert full_decodes() == [], "not while it is a draft"
    hand_in(ready, call, reporter)
    assert full_decodes() == [file.pk]
    assert files.decode_under_review() == 1
    assert full_decodes() == [file.pk], "once per file"


def test_a_film_handed_in_before_it_was_sampled_is_decoded_fully_too(ready, call, reporter):
    file = ready.files.get().media_file
    hand_in(ready, call, reporter)
    assert full_decodes() == []
    record(file, SAMPLED)
    assert full_decodes() == [file.pk]


def test_a_fail_found_late_reaches_the_round_that_was_accepted(ready, call, reporter):
    file = ready.files.get().media_file
    record(file, SAMPLED)
    round = hand_in(ready, call, reporter)
    for state in (State.FORWARDED, State.ACCEPTED):
        move(ready, to=state, verb=state, by=reporter, at=NOW())
    assert complete(ready, round) == "pass"
    record(file, BROKEN, media.record_full)
    assert complete(ready, round) == "fail"


def test_what_was_found_under_review_goes_along_with_the_next_round(ready, call, reporter):
    """The second pass came to its end while the province had it; nobody touched the file after the return."""
    file = ready.files.get().media_file
    hand_in(ready, call, reporter)
    record(file, BROKEN)
    reasons = [{"field": "title", "text": "名称不通顺"}]
    ready.refresh_from_db()
    move(ready, to=State.RETURNED, verb="returned", by=reporter, at=NOW(), reasons=reasons, due_at=NOW() + timedelta(1))
    with pytest.raises(submission.NotReady):  # the reporter is told, and asked for a sentence
        hand_in(ready, call, reporter)
    late = ready.findings.get(round=None, rule="file.complete")
    explanations.explain(ready, sentences={late.pk: "播放器打得开"}, by=reporter, at=NOW())
    again = hand_in(ready, call, reporter)
    assert (again.number, complete(ready, again)) == (2, "fail")
