"""What ``lifelong doctor`` looks at, in the order in which one thing needs the other."""

import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone

from lifelong.jobs.models import Job
from lifelong.web import assets, fonts, readiness
from lifelong.web.health import Level, Part, signs_at

GOOD, WARN, BAD = "good", "warn", "bad"
LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1"}
POSTGRESQL_AT_LEAST = 15
DRIFT = timedelta(seconds=5)
SHORTEST_KEY = 32


@dataclass(frozen=True)
class Finding:
    """``name`` is stable, for machines; ``words`` what was found, ``advice`` how to mend it."""

    name: str
    title: str
    level: str
    words: str
    advice: str = ""


def findings() -> Iterator[Finding]:
    """Everything; what hangs on the database is left out where it cannot be asked."""
    yield from safely("settings", "设置", of_settings)
    yield from safely("keys", "密钥", of_keys)
    yield from safely("frontend", "前端与字体", of_front_end)
    database = list(safely("database", "数据库", of_database))
    yield from database
    if any(each.level == BAD for each in database):
        return
    yield from safely("clock", "时钟", of_clock)
    yield from safely("cache", "共享缓存", of_cache)
    yield from safely("mail", "邮件", of_mail)
    yield from safely("readiness", "运行", of_readiness)
    yield from safely("health", "运行", of_health)


def safely(name: str, title: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """A check that breaks is itself a finding, and the rest is still looked at."""
    found = False
    try:
        for each in look():
            found = True
            yield each
    except Exception as error:
        yield Finding(name, title, BAD, f"检查时出错：{type(error).__name__}: {error}")
        return
    if not found:
        yield Finding(name, title, GOOD, "正常")


def of_settings() -> Iterable[Finding]:
    def finding(level: str, words: str, advice: str) -> Finding:
        return Finding("settings", "设置", level, words, advice)

    site = urlsplit(settings.SITE_URL)
    public = (site.hostname or "") not in LOCAL
    if settings.DEBUG:
        yield finding(BAD, "DEBUG 开着，出错页会泄露内部信息。", "去掉 DEBUG 后重启。")
    if "*" in settings.ALLOWED_HOSTS:
        yield finding(BAD, "ALLOWED_HOSTS 接受任何域名。", "写明平台自己的域名。")
    elif not validate_host(site.hostname or "", settings.ALLOWED_HOSTS or list(LOCAL)):
        yield finding(
            BAD, f"SITE_URL 的域名 {site.hostname} 不在 ALLOWED_HOSTS 里，网页打不开。", "把它加进 ALLOWED_HOSTS。"
        )
    if public and settings.DEMO:
        yield finding(BAD, "演示模式开着，任何人都能凭演示链接进入。", "LIFELONG_DEMO=0 后重启。")
    if public and site.scheme != "https":
        yield finding(WARN, "SITE_URL 不是 https，密码会明文传送。", "在前面放上 TLS，把 SITE_URL 改成 https://…")
    if public and site.scheme == "https" and not settings.TRUSTED_PROXIES:
        yield finding(WARN, "没有 TRUSTED_PROXIES：来访地址都记成代理的，限速会一起拦下所有人。", "填上代理的地址。")


def of_keys() -> Iterable[Finding]:
    def finding(level: str, words: str, advice: str) -> Finding:
        return Finding("keys", "密钥", level, words, advice)

    for name, key in (("SECRET_KEY", settings.SECRET_KEY), ("DATA_KEY", settings.DATA_KEY)):
        if len(key.split(",")[0].strip()) < SHORTEST_KEY:
            yield finding(BAD, f"{name} 少于 {SHORTEST_KEY} 个字符，可以猜出来。", "换成足够长的随机字符。")
    for path in (Path(settings.DATA) / "keys").glob("*.key"):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield finding(BAD, f"{path.name} 别人也能读。", f"chmod 600 {path}")
    if not copy_is_confirmed():
        yield finding(
            WARN, "还没有确认 DATA_KEY 另有一份妥善保存的副本。丢了它，加密的个人信息就再也读不出来，备份里也没有它。",
            "把它抄存到服务器以外的地方，然后运行 lifelong doctor --key-is-safe。",
        )  # fmt: skip


def mark_of_key() -> str:
    return hashlib.sha256(f"copy of {settings.DATA_KEY}".encode()).hexdigest()[:16]


def copy_file() -> Path:
    return Path(settings.DATA) / "keys" / "copy-confirmed"


def copy_is_confirmed() -> bool:
    """A new key needs a new copy."""
    return copy_file().is_file() and copy_file().read_text().split()[:1] == [mark_of_key()]


def confirm_copy(at: datetime) -> None:
    copy_file().parent.mkdir(parents=True, exist_ok=True)
    copy_file().write_text(f"{mark_of_key()} {at.isoformat()}\n")


def of_front_end() -> Iterable[Finding]:
    if not assets.names():
        yield Finding("frontend", "前端", BAD, assets.NOT_BUILT)
    try:
        fonts.font_file()
    except fonts.FontMissing as error:
        yield Finding("fonts", "字体", BAD, str(error), "没有它，做不出 PDF 和封面。")


def of_database() -> Iterable[Finding]:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            if (mode := cursor.fetchone()[0]) != "wal":
                yield Finding(
                    "database", "数据库", BAD, f"SQLite 的日志方式是 {mode}，不是 wal。", "数据文件夹要在本机磁盘上。"
                )
        else:
            cursor.execute("SHOW server_version_num")
            if (major := int(cursor.fetchone()[0]) // 10_000) < POSTGRESQL_AT_LEAST:
                yield Finding(
                    "database", "数据库", BAD, f"PostgreSQL {major} 太旧。", f"需要 {POSTGRESQL_AT_LEAST} 或更新。"
                )
    executor = MigrationExecutor(connection)
    if pending := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        names = "、".join(f"{migration.app_label}.{migration.name}" for migration, _back in pending[:5])
        yield Finding(
            "migrations", "数据库结构", BAD, f"有 {len(pending)} 个升级没有执行：{names}", "运行 lifelong migrate。"
        )


def of_clock() -> Iterable[Finding]:
    """Against the database's clock, and against what was written last: a clock that jumped back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()" if connection.vendor == "postgresql" else "SELECT CURRENT_TIMESTAMP")
        told = cursor.fetchone()[0]
    there = (
        datetime.fromisoformat(told).replace(tzinfo=UTC) if isinstance(told, str) else told
    )  # SQLite tells UTC, as text
    drift = abs(timezone.now() - there)
    if drift > DRIFT:
        yield Finding(
            "clock",
            "时钟",
            BAD,
            f"本机与数据库服务器的时钟相差 {drift.total_seconds():.0f} 秒。",
            "两边都开启时间同步。",
        )
    last = Job.objects.order_by("-id").values_list("created_at", flat=True).first()
    if last and last - timezone.now() > DRIFT:
        yield Finding(
            "clock",
            "时钟",
            BAD,
            f"已有记录的时间比现在还晚（{timezone.localtime(last):%F %H:%M}），时钟倒退过。",
            "开启时间同步。",
        )


def of_cache() -> Iterable[Finding]:
    cache.set("doctor", "1", 10)
    if cache.get("doctor") != "1":
        yield Finding("cache", "共享缓存", BAD, "写进去的读不回来，限速和锁定不起作用。", "检查 CACHE_URL。")


def of_mail() -> Iterable[Finding]:
    if not settings.EMAIL_URL:
        yield Finding("mail", "邮件", WARN, "没有设置邮件服务器，邮件只存在 outbox 里。", "设置 EMAIL_URL。")
        return
    server = get_connection(timeout=10)
    try:
        server.open()
    except OSError as error:  # smtplib's errors are OSErrors
        yield Finding(
            "mail", "邮件", BAD, f"连不上邮件服务器：{type(error).__name__}: {error}", "检查 EMAIL_URL 和网络。"
        )
    finally:
        server.close()


TITLES = {"database": "数据库", "queue": "任务队列", "storage": "存储", "bucket": "对象存储", "index": "检索索引"}


def of_readiness() -> Iterable[Finding]:
    """What ``/readyz`` looks at."""
    for each in readiness.findings():
        level, words = (BAD, each.trouble) if each.trouble else (GOOD, "正常")
        yield Finding(each.name, TITLES.get(each.name, each.name), level, words)


def of_health() -> Iterable[Finding]:
    """What stands on the operator's desk as broken: disk, workers, duties, mails, dead jobs."""
    levels = {Level.ALARM: BAD, Level.WATCH: WARN}
    for sign in signs_at(timezone.now()):
        if sign.part == Part.BROKEN and sign.level in levels:
            yield Finding(sign.name, sign.title, levels[sign.level], sign.said, sign.note)
