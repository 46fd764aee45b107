"""Real workers seal what many processes write at once, with transactions that are slow and some that roll back."""

import subprocess
import sys

import pytest

from lifelong.jobs.tests.installation import ROOT, installation, wait_for

pytestmark = pytest.mark.slow

WRITER = """
import django, random, sys, time; django.setup()
from django.db import transaction
from lifelong import audit
chance = random.Random(int(sys.argv[1]))
for n in range(60):
    try:
        with transaction.atomic():
            audit.record("a.b", detail={"writer": sys.argv[1], "n": n})
            time.sleep(chance.choice([0, 0, 0.01, 0.05]))
            audit.record("a.c")
            if chance.random() < 0.2:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    time.sleep(0.005)
with transaction.atomic():
    audit.record("a.slow")
    time.sleep(1.5)
"""
FOUND = "answer = None\nfrom lifelong.audit.verifying import verify\nfrom django.utils import timezone\nr = verify(at=timezone.now())\nanswer = [r.problems, r.unsealed, r.sealed, r.seals]"


def test_whatever_order_entries_become_visible_in_the_chain_is_sound_and_holds_all(tmp_path):
    with installation(tmp_path) as platform:
        for _ in range(2):
            platform.worker()
        wait_for(lambda: platform.sql("SELECT count(*) FROM jobs_worker")[0][0] == 2)
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(n)], env=platform.environment, cwd=ROOT)
            for n in range(4)
        ]
        assert [writer.wait(120) for writer in writers] == [0] * 4
        written = platform.sql("SELECT count(*) FROM audit_auditentry")[0][0]

        def sealed():
            return platform.sql("SELECT coalesce(sum(count), 0) FROM audit_seal")[0][0] == written

        wait_for(sealed, 60)
        problems, unsealed, count, seals = platform.python(FOUND)
        assert (problems, unsealed, count) == ([], 0, written)
        assert seals > 2
        assert len((tmp_path / "audit" / "seals.log").read_text().splitlines()) == seals
