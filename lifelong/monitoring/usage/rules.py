"""The rules of counting, each once: its number, its words for the public page, and the SQL that carries it out.

``rollup`` runs these statements in this order and no others; ``/about/counting`` shows them. Everything is whole numbers
(milliseconds of the server's clock, tenths of a second of content), so a day comes out the same in any order of its rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lifelong.learning.intervals import DONE_SHARE, FASTEST, LONGEST_GAP_S

DOUBLE_CLICK_S = 30
PLAY_S = 10
FIRST_S = 30  # what the first record of a page may claim: nothing came before it by which to measure
SLACK_S = 2  # the line delays one report and not the next
BINS = 50  # of the curve over the timeline

NUMBERS: Mapping[str, Any] = {
    "double_s": DOUBLE_CLICK_S, "double_ms": DOUBLE_CLICK_S * 1000,
    "play_s": PLAY_S, "play_t": PLAY_S * 10,
    "done": DONE_SHARE, "percent": round(DONE_SHARE * 100),
    "fastest": round(FASTEST), "gap_ms": round(LONGEST_GAP_S * 1000), "gap_min": round(LONGEST_GAP_S / 60),
    "first_ms": FIRST_S * 1000, "first_s": FIRST_S,
    "slack_t": SLACK_S * 10, "bins": BINS,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """``excludes``: the word under which ``excluded`` keeps what this rule leaves out."""

    name: str
    title: Any
    text: Any
    sql: str
    excludes: tuple[str, ...] = ()

    @property
    def title_shown(self) -> str:
        return str(self.title) % NUMBERS

    @property
    def words(self) -> str:
        return str(self.text) % NUMBERS

    @property
    def statement(self) -> str:
        return self.sql.strip().format(**NUMBERS)


ONCE = Rule(
    "once", _("同一条记录只算一次"),
    _("每条记录有页面给的编号；网络重试或重放送来的同一编号，只取最早收到的一条。"),
    """
CREATE TEMP TABLE marked AS SELECT *, row_number() OVER (
  PARTITION BY key ORDER BY ms, kind, resource, file, visitor, session, person, standing, length, spans) AS n FROM raw;
CREATE TEMP VIEW once AS SELECT * FROM marked WHERE n = 1;
""", ("repeat",))  # fmt: skip

PUBLIC = Rule(
    "public", _("只统计公众"),
    _("机器人（按国际通用的公开名单识别）、平台和管理部门的工作人员、资源所属单位自己的人，都不计入；记录仍然保留，并单独列出条数。"),
    """
CREATE TEMP VIEW public AS SELECT * FROM once WHERE standing = 'public';
""", ("robot", "staff", "own"))  # fmt: skip

VIEWS = Rule(
    "views", _("浏览、前往学习：%(double_s)s 秒内的连续点击算一次"),
    _("打开一次资源页面算一次浏览；从链接课程的页面点进它所在的平台，算一次前往学习。"
      "同一访客对同一资源，与上一次相隔不超过 %(double_s)s 秒的不再计。"
      "访客按浏览器区分，不按网络地址，同一校园网里的许多人各算各的。在对方平台学了多少，本平台看不到，不计入播放和时长。"),
    """
CREATE TEMP TABLE clicks AS SELECT kind, resource, visitor, ms - lag(ms) OVER (
  PARTITION BY kind, visitor, resource ORDER BY ms, key) <= {double_ms} AS is_double FROM public WHERE kind IN ('view', 'go');
""", ("double",))  # fmt: skip

CLOCK = Rule(
    "clock", _("收看不能比时钟快"),
    _("页面报来的收看片段，不能超过上一条记录以来服务器时钟走过的时间乘以最快倍速（%(fastest)s 倍）；"
      "页面的第一条记录最多按 %(first_s)s 秒、间断最多按 %(gap_min)s 分钟计算。超过的整条不计。"),
    """
CREATE TEMP TABLE watched AS SELECT *, claimed <= {fastest} * least(gap, {gap_ms}) // 100 + {slack_t} AS is_possible FROM (
  SELECT key, ms, resource, file, visitor, person, session, length, pieces,
    coalesce(list_sum(list_transform(pieces, lambda p: p[2] - p[1])), 0) AS claimed, coalesce(gap, {first_ms}) AS gap FROM (
    SELECT *, list_filter(list_transform(CAST(spans AS DOUBLE[][]), lambda s: [
        greatest(0, CAST(floor(s[1] * 10 + 1e-6) AS BIGINT)),
        least(CAST(floor(s[2] * 10 + 1e-6) AS BIGINT), CASE WHEN length > 0 THEN length ELSE 9223372036854775807 END)]),
      lambda p: p[2] > p[1]) AS pieces,
      ms - max(ms) OVER (PARTITION BY visitor, session ORDER BY ms RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS gap
    FROM public) WHERE kind = 'watch');
CREATE TEMP VIEW ran AS SELECT * FROM watched WHERE is_possible;
""", ("clock",))  # fmt: skip

PLAYS = Rule(
    "plays", _("播放：真正放过 %(play_s)s 秒"),
    _("打开一次页面，其中一个文件真正放过的片段（不重复计）满 %(play_s)s 秒，算一次播放，从哪里放起都算；"
      "比这更短的文件放过 %(percent)s%% 即算。只按了播放、不足 %(play_s)s 秒的不计。"),
    """
CREATE TEMP TABLE sittings AS
WITH pieces AS (SELECT resource, visitor, session, file, length, unnest(pieces) AS p FROM ran),
apart AS (SELECT *, p[1] AS s, p[2] AS e, max(p[2]) OVER (PARTITION BY resource, visitor, session, file ORDER BY p[1], p[2]
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM pieces),
files AS (SELECT resource, visitor, session, file, max(length) AS length,
  sum(greatest(0, e - greatest(s, coalesce(before, s)))) AS seen FROM apart GROUP BY ALL),
played AS (SELECT resource, visitor, session,
  bool_or(seen >= CASE WHEN length > 0 THEN least({play_t}, {done} * length) ELSE {play_t} END) AS is_play FROM files GROUP BY ALL)
SELECT resource, visitor, session, coalesce(is_play, false) AS is_play FROM (
  SELECT DISTINCT resource, visitor, session FROM public WHERE kind IN ('play', 'watch')) LEFT JOIN played USING (resource, visitor, session);
""", ("short",))  # fmt: skip

TIME = Rule(
    "time", _("有效时长：看过的片段，重看不重复"),
    _("同一访客一天里看同一个文件，看过的片段合并后计算长度，重看同一段不增加；"
      "也不超过这期间服务器时钟走过的时间，同时开几个页面，时间只给其中一个。跨过零点的，各算在各自的日子里。"),
    """
CREATE TEMP TABLE ticks AS SELECT visitor, ms, least(coalesce(ms - lag(ms) OVER (PARTITION BY visitor ORDER BY ms), {first_ms}),
  {gap_ms}) AS passed FROM (SELECT DISTINCT visitor, ms FROM public);
CREATE TEMP TABLE clocks AS SELECT resource, file, visitor, person, sum(passed) // 100 AS passed FROM (
  SELECT resource, file, visitor, person, ms FROM ran QUALIFY row_number() OVER (
    PARTITION BY visitor, ms ORDER BY resource, file, person, session, key) = 1) JOIN ticks USING (visitor, ms) GROUP BY ALL;
CREATE TEMP TABLE seen AS
WITH whole AS (SELECT resource, file, visitor, person, pieces,
  max(length) OVER (PARTITION BY resource, file, visitor, person) AS length FROM ran WHERE len(pieces) > 0),
pieces AS (SELECT resource, file, visitor, person, length, unnest(pieces) AS p FROM whole),
apart AS (SELECT *, p[1] AS s, p[2] AS e, max(p[2]) OVER (PARTITION BY resource, file, visitor, person ORDER BY p[1], p[2]
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM pieces)
SELECT resource, file, visitor, person, length, greatest(s, coalesce(before, s)) AS s, e FROM apart WHERE e > coalesce(before, s);
CREATE TEMP TABLE stays AS SELECT resource, file, visitor, person, length, seen, least(seen, coalesce(passed, 0)) AS valid FROM (
  SELECT resource, file, visitor, person, max(length) AS length, sum(e - s) AS seen FROM seen GROUP BY ALL)
  LEFT JOIN clocks USING (resource, file, visitor, person);
""")  # fmt: skip

DAYS = Rule(
    "days", _("访客、学习者、学完"),
    _("访客：当天浏览或播放过的不同访客。学习者：当天登录后有有效时长的不同的人。"
      "学完：当天看过一个文件的 %(percent)s%%，与学习记录同一标准；学完由几个文件组成的资源，每个文件各算一次。"
      "访客的代号每天更换，因此几天的访客数相加是人次，不是人数。"),
    """
CREATE TEMP TABLE days AS
WITH v AS (SELECT resource, count(*) FILTER (kind = 'view') AS views, count(*) FILTER (kind = 'go') AS goings
  FROM clicks WHERE NOT coalesce(is_double, false) GROUP BY resource),
p AS (SELECT resource, count(*) FILTER (is_play) AS plays FROM sittings GROUP BY resource),
w AS (SELECT resource, count(DISTINCT visitor) AS visitors FROM public WHERE kind IN ('view', 'play', 'watch') GROUP BY resource),
t AS (SELECT resource, count(DISTINCT person) FILTER (person <> '' AND valid > 0) AS learners, sum(valid) // 10 AS seconds,
  count(*) FILTER (length > 0 AND seen >= {done} * length AND valid * {fastest} >= {done} * length) AS completions
  FROM stays GROUP BY resource),
k AS (SELECT resource, count(DISTINCT person) FILTER (kind = 'keep') AS favourites,
  count(DISTINCT person) FILTER (kind = 'rate') AS ratings FROM public GROUP BY resource)
SELECT resource, coalesce(views, 0) AS views, coalesce(goings, 0) AS goings, coalesce(plays, 0) AS plays, coalesce(visitors, 0) AS visitors,
  coalesce(learners, 0) AS learners, CAST(coalesce(seconds, 0) AS BIGINT) AS seconds, coalesce(completions, 0) AS completions,
  coalesce(favourites, 0) AS favourites, coalesce(ratings, 0) AS ratings
FROM (SELECT DISTINCT resource FROM marked) LEFT JOIN v USING (resource) LEFT JOIN p USING (resource) LEFT JOIN w USING (resource)
  LEFT JOIN t USING (resource) LEFT JOIN k USING (resource);
""")  # fmt: skip

EXCLUDED = Rule(
    "excluded", _("没有计入的也看得到"),
    _("每项资源每天没有计入多少、为什么，与计入的数字放在一起。"),
    """
CREATE TEMP TABLE excluded AS
SELECT resource, why, count(*) AS n FROM (
  SELECT resource, standing AS why FROM once WHERE standing <> 'public'
  UNION ALL SELECT resource, 'repeat' FROM marked WHERE n > 1
  UNION ALL SELECT resource, 'double' FROM clicks WHERE is_double
  UNION ALL SELECT resource, 'clock' FROM watched WHERE NOT is_possible
  UNION ALL SELECT resource, 'short' FROM sittings WHERE NOT is_play) GROUP BY ALL;
""")  # fmt: skip

TOTALS = Rule(
    "totals", _("合计：同一个人只算一次"),
    _("单位、地区（含上级）、分类（含上级）、领域和全部的访客与学习者，在其范围内同一个人只算一次；其余各项是资源的数字相加。"
      "单位申报的点击量和学习人数不是本平台的统计，从不与此相加。"),
    """
CREATE TEMP TABLE totals AS
WITH w AS (SELECT scope, scope_key, count(DISTINCT visitor) AS visitors FROM (
  SELECT DISTINCT resource, visitor FROM public WHERE kind IN ('view', 'play', 'watch')) JOIN belongs USING (resource) GROUP BY ALL),
l AS (SELECT scope, scope_key, count(DISTINCT person) AS learners FROM (
  SELECT DISTINCT resource, person FROM stays WHERE person <> '' AND valid > 0) JOIN belongs USING (resource) GROUP BY ALL),
d AS (SELECT scope, scope_key, sum(views) AS views, sum(goings) AS goings, sum(plays) AS plays, sum(seconds) AS seconds,
  sum(completions) AS completions, sum(favourites) AS favourites, sum(ratings) AS ratings FROM days JOIN belongs USING (resource) GROUP BY ALL)
SELECT scope, scope_key, CAST(views AS BIGINT) AS views, CAST(goings AS BIGINT) AS goings, CAST(plays AS BIGINT) AS plays, coalesce(visitors, 0) AS visitors,
  coalesce(learners, 0) AS learners, CAST(seconds AS BIGINT) AS seconds, CAST(completions AS BIGINT) AS completions,
  CAST(favourites AS BIGINT) AS favourites, CAST(ratings AS BIGINT) AS ratings
FROM d LEFT JOIN w USING (scope, scope_key) LEFT JOIN l USING (scope, scope_key);
""")  # fmt: skip

CURVE = Rule(
    "curve", _("看到哪里：时间轴上的留存"),
    _("把每个文件的时间轴分成 %(bins)s 段，每段的数字是当天看过这一段中点的访客数。"),
    """
CREATE TEMP TABLE curves AS
WITH lengths AS (SELECT resource, file, max(length) AS length FROM stays GROUP BY ALL HAVING max(length) > 0),
passes AS (SELECT DISTINCT resource, file, visitor, unnest(range(
  greatest(0, CAST(ceil((2 * {bins} * s - l.length) / (2.0 * l.length)) AS BIGINT)),
  least({bins}, CAST(ceil((2 * {bins} * e - l.length) / (2.0 * l.length)) AS BIGINT)))) AS bin
  FROM seen JOIN lengths l USING (resource, file)),
bins AS (SELECT resource, file, bin, count(*) AS n FROM passes GROUP BY ALL)
SELECT resource, file, any_value(length) AS length, list(coalesce(n, 0) ORDER BY bin) AS bins
FROM (SELECT resource, file, length, unnest(range({bins})) AS bin FROM lengths) LEFT JOIN bins USING (resource, file, bin)
GROUP BY resource, file;
""")  # fmt: skip

RULES = [ONCE, PUBLIC, VIEWS, CLOCK, PLAYS, TIME, DAYS, EXCLUDED, TOTALS, CURVE]

REASONS = {
    "repeat": _("重复送来"), "robot": _("机器人"), "staff": _("工作人员"), "own": _("资源所属单位"),
    "double": _("连续点击"), "clock": _("比时钟快"), "short": _("播放不足 %(play_s)s 秒"),
}  # fmt: skip


def reason(name: str) -> str:
    """Why something was not counted, in words."""
    return str(REASONS[name]) % NUMBERS if name in REASONS else name
