from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifelong import jobs
from lifelong.audit.models import AuditEntry
from lifelong.jobs import health, policy
from lifelong.jobs.actions import leasing, operating
from lifelong.jobs.lifecycle import State
from lifelong.jobs.models import Duty, Job, Worker
from lifelong.jobs.running import drain
from lifelong.jobs.tests import sample_tasks as tasks
from lifelong.web import desk, workbooks
from lifelong.web.refusals import NotAllowed

pytestmark = pytest.mark.django_db


def job_in(state, **fields):
    lease = timezone.now() if state == State.RUNNING else None
    over = timezone.now() if state in {State.DONE, State.DEAD, State.CANCELLED} else None
    return Job.objects.create(
        path=tasks.note.module_path, queue="default", state=state, lease_until=lease, finished_at=over, **fields
    )


def test_the_operator_sees_the_queue_and_what_failed_in_words(person):
    tasks.gives_up.enqueue()
    drain()
    page = person("jobs.read").client.get(reverse("jobs"), {"state": "dead"})
    assert page.status_code == 200
    assert "文件已被删除，无法检测。" in page.content.decode()


def test_the_name_of_the_program_stands_under_the_technical_details_alone(person):
    number = job_in(State.DONE).pk
    page = person("jobs.read").client.get(reverse("job", args=[number])).content.decode()
    seen, details = page.split('<details class="fold"')
    assert tasks.note.module_path not in seen
    assert tasks.note.module_path in details


def test_who_lacks_the_right_is_refused_everywhere(person):
    stranger = person()
    number = job_in(State.DEAD).pk
    assert stranger.client.get(reverse("jobs")).status_code == 403
    assert stranger.client.get(reverse("job", args=[number])).status_code == 404
    for name, arguments in (
        ("job-retry", [number]),
        ("job-cancel", [number]),
        ("jobs-retry", []),
        ("jobs-cancel", []),
        ("jobs-dead", []),
    ):
        assert stranger.client.post(reverse(name, args=arguments)).status_code == 403
    assert Job.objects.get().state == State.DEAD


def test_the_list_costs_the_same_for_one_job_and_for_fifty(person):
    client = person("jobs.read", "jobs.manage").client
    job_in(State.DONE)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("jobs"))
    for _ in range(59):
        job_in(State.DONE)
    with CaptureQueriesContext(connection) as fifty:
        page = client.get(reverse("jobs"))
    assert len(one) == len(fifty)
    assert page.context["page"].paginator.num_pages == 2


def test_filters_narrow_the_list(person):
    client = person("jobs.read").client
    job_in(State.DONE)
    wanted = job_in(State.DEAD, error="x")
    for query in ({"state": "dead"}, {"state": "dead", "queue": "default", "path": wanted.path}):
        assert list(client.get(reverse("jobs"), query).context["page"]) == [wanted]
    assert not client.get(reverse("jobs"), {"path": "nirgends"}).context["page"].object_list
    assert len(client.get(reverse("jobs"), {"state": "<script>"}).context["page"].object_list) == 2


def test_the_owner_watches_the_job_and_is_led_on_when_it_is_done(person):
    owner = person()
    result = jobs.enqueue(tasks.note, "/dev/null", "x", owner=owner)
    address = reverse("job", args=[result.id])
    page = owner.client.get(address)
    assert 'http-equiv="refresh"' in page.content.decode()
    assert "记一行" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    drain()
    Job.objects.filter(pk=result.id).update(result={"url": "/work/", "label": "下载表格"})
    page = owner.client.get(address).content.decode()
    assert 'http-equiv="refresh"' not in page
    assert '<a class="btn btn-primary" href="/work/">下载表格</a>' in page


def test_the_fragment_says_when_it_need_not_be_fetched_again(person):
    owner = person()
    address = reverse("job", args=[jobs.enqueue(tasks.note, "/dev/null", "x", owner=owner).id])
    fragment = owner.client.get(address, headers={"X-Fragment": "1"}).content.decode()
    assert "<html" not in fragment
    assert "data-done" not in fragment
    drain()
    assert "data-done" in owner.client.get(address, headers={"X-Fragment": "1"}).content.decode()


def test_a_stranger_cannot_watch_the_job_of_another(person):
    result = jobs.enqueue(tasks.note, "/dev/null", "x", owner=person())
    assert person().client.get(reverse("job", args=[result.id])).status_code == 404


def test_the_trace_is_shown_to_the_operator_alone(person):
    owner = person()
    result = jobs.enqueue(tasks.always_fails, "/dev/null", owner=owner)
    Job.objects.update(max_attempts=1)
    drain(at_most=1)
    address = reverse("job", args=[result.id])
    assert "Traceback" not in owner.client.get(address).content.decode()
    assert "Traceback" in person("jobs.read").client.get(address).content.decode()


def test_a_dead_job_runs_again_at_the_press_of_a_button_and_the_trail_tells_who(person):
    manager = person("jobs.read", "jobs.manage")
    job = job_in(State.DEAD, attempts=5, args=["/dev/null", "x"])
    assert manager.client.post(reverse("job-retry", args=[job.pk])).status_code == 302
    entry = AuditEntry.objects.get(verb="jobs.retried")
    assert (entry.actor_id, entry.target_id) == (manager.pk, str(job.pk))
    assert drain() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 1)


def test_many_are_retried_at_once_and_what_cannot_be_is_told(person):
    manager = person("jobs.read", "jobs.manage")
    numbers = [job_in(state).pk for state in (State.DEAD, State.CANCELLED, State.DONE)]
    page = manager.client.post(reverse("jobs-retry"), {"id": [*numbers, "x", "9" * 40]}, follow=True).content.decode()
    assert "已放回队列 2 项" in page
    assert "1 项的状态不允许这样做" in page
    page = manager.client.post(reverse("jobs-cancel"), {"id": numbers}, follow=True).content.decode()
    assert "已取消 2 项" in page
    assert "没有选中任何任务" in manager.client.post(reverse("jobs-cancel"), follow=True).content.decode()


def test_a_job_that_is_done_cannot_be_cancelled_and_the_page_says_why(person):
    manager = person("jobs.read", "jobs.manage")
    answer = manager.client.post(reverse("job-cancel", args=[job_in(State.DONE).pk]))
    assert answer.status_code == 409
    assert "已完成" in answer.content.decode()


def test_cancelling_a_running_job_fences_its_worker_off(person):
    tasks.note.enqueue("/dev/null", "x")
    held = leasing.claim("a")
    operating.cancel(held, by=person("jobs.manage"), at=timezone.now())
    assert not leasing.finish(held, "x")
    assert Job.objects.get().state == State.CANCELLED


def test_an_action_asks_for_the_right_itself(person):
    with pytest.raises(NotAllowed):
        operating.retry(job_in(State.DEAD), by=person("jobs.read"), at=timezone.now())


MATRIX = {  # state → (retry, cancel) for who manages
    State.READY: (False, True),
    State.RUNNING: (False, True),
    State.DONE: (False, False),
    State.DEAD: (True, True),
    State.CANCELLED: (True, False),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", ["manager", "reader", "owner", "stranger"])
def test_who_may_do_what_in_which_state(person, state, who):
    user = person(*{"manager": ["jobs.read", "jobs.manage"], "reader": ["jobs.read"]}.get(who, []))
    job = job_in(state, owner=user if who == "owner" else None)
    retry, cancel = MATRIX[state] if who == "manager" else (False, False)
    assert policy.abilities(user, job) == {"see": who != "stranger", "retry": retry, "cancel": cancel}


def test_dead_jobs_wait_on_the_desk_of_who_can_mend_them(person):
    job_in(State.DEAD)
    manager = person("jobs.read", "jobs.manage")
    assert [item.count for item in desk.waiting_for(manager)] == [1]
    assert reverse("jobs") in [entry.url for entry in desk.menu_for(manager)]
    assert reverse("jobs") not in [entry.url for entry in desk.menu_for(person())]


def test_all_dead_jobs_of_a_kind_are_tried_again_or_dropped_in_one_go_and_the_trail_has_one_entry(person):
    manager = person("jobs.read", "jobs.manage")
    for _ in range(3):
        job_in(State.DEAD, attempts=5)
    other = job_in(State.DEAD)
    Job.objects.filter(pk=other.pk).update(path="another.task")
    with CaptureQueriesContext(connection) as asked:
        assert operating.retry_dead(tasks.note.module_path, by=manager, at=timezone.now()) == 3
    assert len([each for each in asked if "UPDATE" in each["sql"]]) == 1
    assert set(Job.objects.exclude(pk=other.pk).values_list("state", "attempts")) == {(State.READY, 0)}
    page = manager.client.get(reverse("jobs"), {"state": "dead"}).content.decode()
    assert "清除全部 1 项" in page
    manager.client.post(reverse("jobs-dead"), {"do": "drop"})
    other.refresh_from_db()
    assert other.state == State.CANCELLED
    told = AuditEntry.objects.filter(verb__in=["jobs.retried", "jobs.dropped"]).order_by("id")
    assert [entry.detail["jobs"] for entry in told] == [3, 1]
    assert operating.drop_dead(by=manager, at=timezone.now()) == 0
    assert told.count() == 2, "nothing was done, nothing is told"


def test_jobs_are_found_by_owner_by_number_and_by_the_words_of_their_error(person):
    owner, client = person(email="who@example.org"), person("jobs.read").client
    done, dead, mine = (
        job_in(State.DONE, error="磁盘"),
        job_in(State.DEAD, error="磁盘已满"),
        job_in(State.DONE, owner=owner),
    )

    def found(**query):
        return set(client.get(reverse("jobs"), query).context["page"])

    assert found(words="磁盘") == {dead}, "what is done has nothing to mend"
    assert found(words=str(done.pk)) == {done}
    assert found(owner="who@example.org") == found(owner=owner.name) == {mine}
    assert found(owner="who@") == set(), "part of an address finds nobody"
    book = client.get(reverse("jobs-export"), {"state": "dead"})
    assert book.status_code == 200
    assert [row["错误"] for row in workbooks.read(book.content, ["编号", "错误"])] == ["磁盘已满"]
    assert person().client.get(reverse("jobs-export")).status_code == 403


def test_every_sign_of_the_queue_appears_when_its_cause_is_made_and_goes_when_it_is_mended(person):
    now = timezone.now()

    def levels():
        return {sign.name.removeprefix("jobs."): sign for sign in health.signs(now)}

    worker = Worker.objects.create(name="w", host="h", pid=1, slots="*", started_at=now, seen_at=now)
    Duty.objects.create(name="lifelong.audit.tasks.seal", holder="w", lease_until=now + timedelta(seconds=9))
    assert {name for name, sign in levels().items() if sign.level != "well"} == set()
    dead = job_in(State.DEAD)
    failing = job_in(State.READY, attempts=3, run_after=now + timedelta(hours=1))
    late = job_in(State.READY, run_after=now - timedelta(minutes=10))
    Worker.objects.filter(pk=worker.pk).update(seen_at=now - timedelta(minutes=1))
    Duty.objects.update(lease_until=now - timedelta(seconds=1))
    seen = levels()
    assert {name: sign.level for name, sign in seen.items() if sign.level != "well"} == {
        "dead": "watch", "failing": "watch", "no_worker": "alarm", "lost_workers": "alarm", "duties": "alarm",
        "waiting": "alarm",
    }  # fmt: skip
    assert seen["waiting"].shown == "10 分钟"
    assert seen["dead"].details[0].title == "记一行"
    listed = person("jobs.read").client.get(seen["dead"].details[0].url).context["page"]
    assert list(listed) == [dead], "one press leads to where it is dealt with"
    for job in (dead, failing, late):
        job.delete()
    Worker.objects.update(seen_at=now)
    Duty.objects.update(lease_until=now + timedelta(seconds=9))
    assert {sign.level for sign in levels().values()} == {"well"}
