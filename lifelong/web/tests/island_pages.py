"""Small pages, each with one island, and a server behind them that misbehaves when told to. Only for test_islands.py."""

import json
import re
import time
import uuid
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from lifelong.web.rights import PUBLIC, right

MEDIA: dict[str, Path] = {}
UPLOADS: dict[str, dict[str, Any]] = {}
DRAFT: dict[str, Any] = {}
MOOD: dict[str, Any] = {}
SUGGESTIONS = ["太极拳", "太极剑", "太极扇"]

PAGES = {
    "player": '{% include "web/_player.html" with src="/film.mp4" title="练习" resource_id="R1" tracks=tracks following=following %}'
    '<ol class="outline"><li><a data-start="0" href="?t=0">一</a></li><li><a data-start="20" href="?t=20">二</a></li></ol>',
    "hls": '{% include "web/_player.html" with src="/film.mp4" title="练习" resource_id="R3" hls="/hls/master.m3u8" tracks=tracks %}',
    "sound": '{% include "web/_player.html" with src="/tune.mp3" title="听" resource_id="R2" sound=True area="older" %}',
    "upload": '<form id="up" data-island="upload" data-open-url="/open" data-state-url="/state"><div class="drop" data-island="drop">'
    '<label for="f">文件</label><input type="file" id="f" multiple></div><ul class="uploads"></ul></form>',
    "form": '<form method="post" action="/save" data-island="autosave unsaved"><label for="t">名称</label><input id="t" name="title" value="{{ draft.title }}">'
    '<input type="checkbox" name="tick" id="k"><input type="hidden" name="revision" value="{{ draft.revision }}"><div class="actions"></div></form>',
    "bulk": '<form method="post" action="/did" data-island="bulk"><input type="checkbox" data-all aria-label="全选"><table>'
    '{% for n in "12345" %}<tr><td class="tick"><input type="checkbox" name="id" value="{{ n }}"></td></tr>{% endfor %}</table>'
    '<div data-bulk><output></output><button name="do" value="go">办理</button><button name="do" value="drop" class="btn btn-danger" data-confirm="删除所选？">删除</button></div></form>',
    "filters": '<form action="/page/filters" data-island="filters"><input name="q"><select name="state"><option value="">全部</option><option>draft</option></select>'
    '<input type="checkbox" name="area" value="older" id="a"><input type="checkbox" name="area" value="degree" id="b"></form>',
    "refresh": '<div data-island="refresh" data-src="/turns" data-every="0.2"></div>',
    "tabs": '<nav class="tabs" data-island="tabs"><a href="#one">一</a><a href="#two">二</a></nav><section id="one">甲</section><section id="two">乙<a id="deep">深</a></section>',
    "keys": '<dialog data-island="keys"><p>键</p></dialog><button data-key="n" id="n">下一件</button><input id="i"><p id="said"></p>',
    "continue": '{% include "web/_continue.html" %}',
}


@right(PUBLIC)
def page(request: HttpRequest, name: str) -> HttpResponse:
    source = (
        '{% extends "web/public.html" %}{% block title %}试{% endblock %}{% block main %}<div class="container">'
        + PAGES[name]
        + "</div>{% endblock %}"
    )
    context = {
        "draft": DRAFT,
        "following": {"url": "/page/tabs", "title": "第二讲"},
        "tracks": [{"src": "/captions.vtt"}],
    }
    return HttpResponse(engines["django"].from_string(source).render(context, request))


@right(PUBLIC)
def media(request: HttpRequest, name: str) -> HttpResponse:
    content = MEDIA[name].read_bytes()
    asked = re.match(r"bytes=(\d+)-(\d*)$", request.headers.get("Range", ""))
    kind = {"m3u8": "application/vnd.apple.mpegurl", "mp3": "audio/mpeg"}.get(name.rpartition(".")[2], "video/mp4")
    if not asked:
        return HttpResponse(content, content_type=kind, headers={"Accept-Ranges": "bytes"})
    start, end = int(asked[1]), int(asked[2] or len(content) - 1)
    return HttpResponse(
        content[start : end + 1],
        status=206,
        content_type=kind,
        headers={"Content-Range": f"bytes {start}-{end}/{len(content)}"},
    )


@right(PUBLIC)
def captions(request: HttpRequest) -> HttpResponse:
    return HttpResponse("WEBVTT\n\n00:00.000 --> 00:30.000\n起势\n", content_type="text/vtt")


@csrf_exempt
@right(PUBLIC)
def open_upload(request: HttpRequest) -> HttpResponse:
    asked = json.loads(request.body)
    if asked["name"].endswith(".exe"):
        return JsonResponse(
            {"title": "只收 MP4 或 MP3，这个文件是 EXE。"}, status=409, content_type="application/problem+json"
        )
    number = uuid.uuid4().hex
    UPLOADS[number] = {"name": asked["name"], "size": asked["size"], "bytes": b"", "state": "uploading", "parts": 0}
    return JsonResponse({"id": number, "url": f"/uploads/{number}?ticket=t"})


@csrf_exempt
@right(PUBLIC)
def upload(request: HttpRequest, number: str) -> HttpResponse:
    one = UPLOADS.get(number)
    fixed = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
    if one is None or request.GET.get("ticket") != "t":
        return HttpResponse(status=410, headers=fixed)
    if request.method == "DELETE":
        del UPLOADS[number]
        return HttpResponse(status=204, headers=fixed)
    if MOOD.get("broken", 0) > 0:
        MOOD["broken"] -= 1
        return HttpResponse(status=503)
    if request.method == "PATCH":
        if int(request.headers["Upload-Offset"]) != len(one["bytes"]):
            return HttpResponse(status=409, headers=fixed)
        time.sleep(MOOD.get("slow", 0))
        one["bytes"] += request.body
        one["parts"] += 1
        if len(one["bytes"]) == one["size"]:
            one["state"] = "checking"
    return HttpResponse(
        status=204 if request.method == "PATCH" else 200,
        headers={**fixed, "Upload-Offset": str(len(one["bytes"])), "Upload-Length": str(one["size"])},
    )


@right(PUBLIC)
def state(request: HttpRequest) -> HttpResponse:
    found = []
    for number, one in UPLOADS.items():
        line: dict[str, Any] = {
            "id": number,
            "name": one["name"],
            "size": one["size"],
            "offset": len(one["bytes"]),
            "state": one["state"],
        }
        if one["state"] == "checking":
            one["looks"] = one.get("looks", 0) + 1
            line["progress"] = 40
            if one["looks"] > 1:
                one["state"] = "done"
        if one["state"] == "done":
            rule = {
                "id": "video.resolution",
                "title": "分辨率",
                "verdict": "fail",
                "required": "不低于 1280×720",
                "measured": "640×480",
                "message": "画面太小。",
                "remedy": "换高清版本。",
            }
            line |= {"state": "done", "verdict": "fail", "findings": [rule]}
        found.append(line)
    return JsonResponse(found, safe=False)


@csrf_exempt
@right(PUBLIC)
def save(request: HttpRequest) -> HttpResponse:
    MOOD.setdefault("saves", []).append(request.headers.get("X-Autosave"))
    if MOOD.get("save_status"):
        return HttpResponse(status=MOOD["save_status"])
    if int(request.POST["revision"]) != DRAFT["revision"]:
        return HttpResponse(
            "<h2>别处写的：<ins>别人</ins></h2>", status=409, headers={"X-Revision": str(DRAFT["revision"])}
        )
    DRAFT.update(title=request.POST["title"], revision=DRAFT["revision"] + 1)
    return JsonResponse({"revision": DRAFT["revision"], "saved_at": timezone.localtime().isoformat()})


@csrf_exempt
@right(PUBLIC)
def did(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.POST['do']} {','.join(request.POST.getlist('id'))}")


@right(PUBLIC)
def suggest(request: HttpRequest) -> HttpResponse:
    words = request.GET["q"]
    return JsonResponse({"items": [{"text": text} for text in SUGGESTIONS if text.startswith(words)]})


@right(PUBLIC)
def search(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"found {request.GET['q']}")


@right(PUBLIC)
def turns(request: HttpRequest) -> HttpResponse:
    MOOD["turns"] = MOOD.get("turns", 0) + 1
    return HttpResponse(
        f"<p id='turn'{' data-done' if MOOD['turns'] >= 3 else ''}>{MOOD['turns']}</p><details><summary>细节</summary>甲</details>"
    )


urlpatterns = [
    path("page/<slug:name>", page),
    path("captions.vtt", captions),
    path("open", open_upload),
    path("uploads/<slug:number>", upload),
    path("state", state),
    path("save", save),
    path("did", did),
    path("turns", turns),
    path("api/v1/suggest", suggest),
    path("search", search),
    path("accounts/login/", search, name="account_login"),
    path("hls/<str:name>", media),
    path("<str:name>.mp4", lambda request, name: media(request, f"{name}.mp4")),
    path("<str:name>.mp3", lambda request, name: media(request, f"{name}.mp3")),
    path("", include("lifelong.web.urls")),
]
for pattern in urlpatterns[-3:-1]:
    pattern.callback.right = PUBLIC  # type: ignore[union-attr]
