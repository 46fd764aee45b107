"""``/healthz`` is it alive, ``/readyz`` can it work, ``/metrics`` what has it done. For machines, in English."""

import ipaddress
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from lifelong.config.server.counters import exposition
from lifelong.jobs import queries as jobs
from lifelong.monitoring.queries.desk import last_figures, standing_incidents
from lifelong.web import readiness
from lifelong.web.rights import PUBLIC, right


@right(PUBLIC)
def healthz(_request: HttpRequest) -> HttpResponse:
    """The front answers this itself; here for other servers."""
    return HttpResponse("ok\n", content_type="text/plain")


@right(PUBLIC)
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while something is wrong. Names, yes or no and figures for everybody; in words for who may read ``/metrics``."""
    found = readiness.findings()
    well, trusted = not any(each.trouble for each in found), is_trusted(request)
    body = {
        "ready": well,
        "checks": {
            each.name: {"ok": not each.trouble, "seconds": round(each.seconds, 4), **each.measures}
            | ({"trouble": each.trouble} if trusted and each.trouble else {})
            for each in found
        },
    }
    return JsonResponse(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})


@right(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for the addresses in ``METRICS_ADDRESSES`` only."""
    if not is_trusted(request):
        return HttpResponse("not for this address\n", status=403, content_type="text/plain")
    counted = exposition(Path(settings.DATA) / "run" / "counters.bin")
    lines = [*counted, *queue_lines(), *readiness_lines(), *sign_lines()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def is_trusted(request: HttpRequest) -> bool:
    # An address on loopback with a forwarding header is a proxy that TRUSTED_PROXIES does not name: anyone may be behind it.
    unknown = request.META.get("lifelong.forwarded") and not settings.TRUSTED_PROXIES
    return not unknown and may_read(request.META.get("REMOTE_ADDR", ""))


def may_read(address: str) -> bool:
    try:
        asking = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(asking in ipaddress.ip_network(each, strict=False) for each in settings.METRICS_ADDRESSES)


def queue_lines() -> list[str]:
    seen = jobs.overview(timezone.now())
    return [
        "# TYPE lifelong_jobs gauge",
        *(f'lifelong_jobs{{state="{state}"}} {count}' for state, count in seen.counts.items()),
        "# TYPE lifelong_jobs_oldest_waiting_seconds gauge",
        f"lifelong_jobs_oldest_waiting_seconds {seen.oldest_waiting_s:.1f}",
        "# TYPE lifelong_job_workers gauge",
        f"lifelong_job_workers {len(seen.workers)}",
    ]


def readiness_lines() -> list[str]:
    found = readiness.findings()
    measured = [(f"lifelong_{each.name}_{name}", figure) for each in found for name, figure in each.measures.items()]
    return [
        "# TYPE lifelong_ready gauge",
        *(f'lifelong_ready{{check="{each.name}"}} {int(not each.trouble)}' for each in found),
        *(line for name, figure in measured for line in (f"# TYPE {name} gauge", f"{name} {figure}")),
    ]


def sign_lines() -> list[str]:
    """What the operator's desk shows, as the last look found it: a scrape asks no chapter."""
    found, seen_at = last_figures()
    age = [f"lifelong_health_age_seconds {(timezone.now() - seen_at).total_seconds():.0f}"] if seen_at else []
    return [
        "# HELP lifelong_health_figure The worst figure of this hour, by sign (units as on the desk: s, ms, days, counts).",
        "# TYPE lifelong_health_figure gauge",
        *(f'lifelong_health_figure{{sign="{name}"}} {figure:g}' for name, figure in sorted(found.items())),
        "# HELP lifelong_health_age_seconds Since the last look.",
        "# TYPE lifelong_health_age_seconds gauge",
        *age,
        "# HELP lifelong_incidents Alarms that stand.",
        "# TYPE lifelong_incidents gauge",
        f"lifelong_incidents {standing_incidents()}",
    ]


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return ""


def queue() -> str:
    """Stuck: something that is due has waited for minutes, or no worker lives while jobs wait."""
    return jobs.trouble(timezone.now())


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
