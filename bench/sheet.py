"""Dry run of a sheet of 10,000 rows against bare reading of the same file by calamine.

    .venv/bin/python bench/sheet.py [--rows 10000] [--keep FILE]

Target (architecture.md): ten seconds in all, memory flat. Every tenth row carries a mistake.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")

BARE = """
import sys, time
from python_calamine import CalamineWorkbook
began = time.perf_counter()
rows = sum(1 for row in CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows())
print(time.perf_counter() - began)
"""
MISTAKES = [
    ("duration", "1:2"),
    ("created_date", "2023-02-29"),
    ("declared_views", "3.65万"),
    ("title", ""),
    ("type", "B01"),
]
OUTLINE = (
    '<catalog version="1"><item no="1" title="第一章"><item no="1.1" title="绪论" start="00:00:00" duration="00:12:30"/>'
    '<item no="1.2" title="方法" start="00:12:30"/></item><item no="2" title="第二章" start="00:20:00"/></catalog>'
)


def record(number: int, dice: random.Random) -> dict[str, object]:
    """A plausible record, as it would be typed; each tenth breaks a rule."""
    topic = dice.choice(["智能手机", "太极拳", "书法", "急救", "家庭教育", "电子商务", "航空知识", "电工基础"])
    made: dict[str, object] = {
        "title": f"{topic}第 {number} 讲",
        "type": dice.choice(["A01", "a02", "A03 网络课程"]),
        "link": f"https://course.example.org/learn/{number}",
        "series": f"{topic}系列 {number % 400}",
        "series_order": f"{number // 400 + 1:02}",
        "summary": f"本资源面向{dice.choice(['老年', '社区', '在职'])}学习者，讲解{topic}的要点，配有练习和答疑。" * 4,
        "duration": f"{dice.randrange(3):02}:{dice.randrange(60):02}:{dice.randrange(1, 60):02}",
        "created_date": f"{dice.randrange(2010, 2024)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 28):02}",
        "rights_holder": "示例开放大学",
        "speakers": dice.choice(["张建华;朱新", "(藏族)班班多杰", "主讲人：李示例；王示例"]),
        "declared_views": dice.randrange(100_000),
        "declared_learners": dice.randrange(100),
        "cover": f"{number:05}.jpg",
        "outline": OUTLINE,
        "keywords": f"{topic};入门;示例",
        "category": dice.choice(
            ["科学文化-航空知识-航空发动机", "老年教育-主动健康-八段锦", "职业发展", "社区教育-职业技能"]
        ),
        "own_number": f"N{number:06}",
        "files": f"{number:05}.mp4",
    }
    if number % 10 == 0:
        name, wrong = dice.choice(MISTAKES)
        made[name] = wrong
    return made


def generate(path: Path, rows: int) -> None:
    from lifelong.standards.metadata.sheets import write_sheet

    dice = random.Random(2022)
    write_sheet((record(number, dice) for number in range(1, rows + 1)), path)


def resident_kb() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


class Peak(threading.Thread):
    """The most memory this process held while it ran."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.done = resident_kb(), threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            self.most = max(self.most, resident_kb())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="keep the generated sheet here")
    asked = parser.parse_args()
    import django

    django.setup()
    from lifelong.standards.categories import packaged
    from lifelong.standards.metadata import Context
    from lifelong.standards.metadata.sheets import annotate, check_sheet

    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "sheet.xlsx"
        generate(path, asked.rows)
        bare = min(float(subprocess.check_output([sys.executable, "-c", BARE, str(path)])) for _run in range(3))
        context = Context(today=date.today(), tree=packaged(), stage="sheet")  # noqa: DTZ011 - only to compare days
        before, peak = resident_kb(), Peak()
        peak.start()
        began = time.perf_counter()
        report = check_sheet(path, context)
        checked = time.perf_counter() - began
        peak.done.set()
        began = time.perf_counter()
        annotate(path, report.problems, Path(folder) / "back.xlsx")
        annotated = time.perf_counter() - began
        print(f"sheet: {asked.rows} rows, {path.stat().st_size / 1e6:.1f} MB")
        print(f"bare calamine        {bare:6.2f} s")
        print(
            f"dry run              {checked:6.2f} s   ratio {checked / bare:.1f}   {asked.rows / checked:,.0f} rows/s"
        )
        print(f"annotated sheet back {annotated:6.2f} s")
        print(
            f"memory during the dry run: +{(peak.most - before) / 1024:.0f} MB (parent), {len(report.problems)} problems kept"
        )
        print(f"accepted {report.accepted}, rejected {report.rejected}")
        good = checked <= 10 and report.accepted + report.rejected == report.rows == asked.rows
        print("target ≤ 10 s:", "met" if good else "MISSED")
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
