"""``lifelong doctor``: each fault is found, said with its remedy, and gone once it is mended."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from lifelong.config import doctor
from lifelong.jobs.models import Job
from lifelong.monitoring.actions.desk import remember
from lifelong.web import health, readiness
from lifelong.web.health import Part, Sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound(settings, tmp_path, monkeypatch):
    """A platform on which nothing is wrong; what the chapters say is tested with them."""
    settings.DATA, settings.EMAIL_URL, settings.DEMO = tmp_path, "", False
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://localhost:8000", ["localhost", "testserver"]
    settings.SECRET_KEY = settings.DATA_KEY = "k" * 48
    monkeypatch.setattr(readiness, "_checks", {"queue": lambda: ""})
    monkeypatch.setattr(readiness, "_measures", {})
    monkeypatch.setattr(health, "_signs", [])
    doctor.confirm_copy(timezone.now())
    return tmp_path


def found(level: str) -> set[str]:
    return {each.name for each in doctor.findings() if each.level == level}


def test_a_sound_platform_has_no_fault_and_one_reminder(sound, capsys):
    assert (found(doctor.BAD), found(doctor.WARN)) == (set(), {"mail"})
    call_command("doctor", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert {"name", "title", "level", "words", "advice"} == set(told["findings"][0])


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"DEBUG": True}, "settings", "DEBUG"),
        ({"ALLOWED_HOSTS": ["*"]}, "settings", "任何域名"),
        ({"SITE_URL": "https://other.example"}, "settings", "ALLOWED_HOSTS"),
        ({"SITE_URL": "http://x.example", "ALLOWED_HOSTS": ["x.example"], "DEMO": True}, "settings", "演示模式"),
        ({"SECRET_KEY": "short"}, "keys", "SECRET_KEY"),
        ({"DATA_KEY": "short"}, "keys", "DATA_KEY"),
        ({"EMAIL_URL": "smtp://127.0.0.1:9", "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
          "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 9}, "mail", "连不上"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(sound, settings, changes, name, words):
    for setting, value in changes.items():
        setattr(settings, setting, value)
    assert [
        each for each in doctor.findings() if each.name == name and words in each.words and each.level == doctor.BAD
    ]


def test_a_key_that_others_may_read_and_a_new_key_without_a_copy(sound, settings):
    path = sound / "keys" / "data.key"
    path.write_text("k" * 48)
    path.chmod(0o644)
    assert "keys" in found(doctor.BAD)
    path.chmod(0o600)
    assert "keys" not in found(doctor.BAD) | found(doctor.WARN)
    settings.DATA_KEY = "n" * 48
    assert "keys" in found(doctor.WARN)
    call_command("doctor", "--key-is-safe")
    assert "keys" not in found(doctor.WARN)
    assert "n" * 48 not in "".join(path.read_text() for path in (sound / "keys").iterdir() if path.name != "data.key")


def test_a_clock_that_jumped_back_is_found(sound):
    job = Job.objects.create(path="x", queue="default", created_at=timezone.now() + timedelta(hours=1))
    assert found(doctor.BAD) == {"clock"}
    job.delete()
    assert found(doctor.BAD) == set()


def test_what_the_chapters_say_decides_the_exit(sound, monkeypatch, capsys):
    sign = Sign("a.b", Part.BROKEN, "甲坏了", 5, "项", note="这样修", alarm_from=5)
    monkeypatch.setattr(health, "_signs", [lambda at: [sign]])
    monkeypatch.setattr(readiness, "_checks", {"index": lambda: "索引落后"})
    with pytest.raises(SystemExit) as left:
        call_command("doctor")
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert all(words in told for words in ("甲坏了：5 项", "这样修", "检索索引：索引落后", "2 处故障"))


def test_pending_migrations_and_a_check_that_breaks_are_findings(sound, monkeypatch):
    monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda *_: [(Job._meta.app_config, False)])
    assert "database" in found(doctor.BAD), "the check broke, which is said"
    assert "queue" not in {each.name for each in doctor.findings()}, "and what needs the database is not asked"


def test_settings_that_cannot_be_read_and_wrong_use_have_their_exits(tmp_path):
    def run(*arguments, **environ):
        line = [sys.executable, "-m", "lifelong.config.command", "doctor", *arguments]
        return subprocess.run(line, env={**os.environ, "LIFELONG_DATA": str(tmp_path), **environ}, capture_output=True, text=True, check=False)  # fmt: skip

    broken = run("--json", STORAGE_URL="s3://")
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["findings"][0]["name"] == "settings"
    assert run("--no-such-thing").returncode == 2


def test_readiness_tells_its_trouble_to_our_own_machines_alone(sound, monkeypatch):
    monkeypatch.setattr(readiness, "_checks", {"queue": lambda: "a due job has waited 400 s"})
    near, far = Client(REMOTE_ADDR="127.0.0.1"), Client(REMOTE_ADDR="203.0.113.7")
    assert near.get("/readyz").json()["checks"]["queue"]["trouble"] == "a due job has waited 400 s"
    assert near.get("/readyz").status_code == far.get("/readyz").status_code == 503
    assert "trouble" not in far.get("/readyz").json()["checks"]["queue"]


def test_metrics_name_every_sign_of_the_last_look(sound):
    remember([Sign("jobs.dead", Part.BROKEN, "甲", 3)], at=timezone.now())
    text = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
    assert 'lifelong_health_figure{sign="jobs.dead"} 3' in text
    assert "lifelong_incidents 0" in text
    named = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    typed = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")}
    suffixes = ("", "_bucket", "_sum", "_count")
    assert not {name for name in named if not any(name.removesuffix(suffix) in typed for suffix in suffixes)}
