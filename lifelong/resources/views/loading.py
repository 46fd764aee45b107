"""Load what an address names, for this person; what they may not see does not exist."""

import json
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media.models import MediaFile
from lifelong.media.queries import signed_url
from lifelong.resources import policy
from lifelong.resources.identifiers import as_written
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Resource, Round, Version
from lifelong.resources.queries.missing import prepared
from lifelong.resources.queries.reach import institutions_reported_by, versions_seen_by
from lifelong.resources.queries.timeline import last_return
from lifelong.web.numerals import numerals


class WorkRequest(HttpRequest):
    """A request that the declared right let through: somebody is signed in."""

    user: User  # type: ignore[assignment]


def version_or_404(request: WorkRequest, resource_id: str, number: int, verb: str = "see") -> Version:
    """404 for what is out of reach, 403 for what may be seen but not be done."""
    version = get_object_or_404(
        prepared(versions_seen_by(request.user)), resource__resource_id=as_written(resource_id) or "-", number=number
    )
    if not policy.VERBS[verb](request.user, version):
        raise PermissionDenied
    return version


def licence(request: HttpRequest, version: Version, round: Round | None = None) -> dict[str, Any]:
    """授权文件 as it was handed in, or as the draft has it, at an address that is good for this session alone."""
    handed_in = [file["id"] for file in round.files if file.get("kind") == "rights_file"] if round else []
    file = MediaFile.objects.filter(pk__in=handed_in).first() if round else version.rights_file
    if file is None:
        return {}
    return {"licence": file, "licence_address": signed_url(file, request=request, download_name=file.original_name)}


def resource_or_404(request: WorkRequest, resource_id: str) -> tuple[Resource, list[Version]]:
    """The resource and those of its versions that this person sees, newest first; never without one."""
    seen = prepared(versions_seen_by(request.user)).filter(resource__resource_id=as_written(resource_id) or "-")
    versions = list(seen.order_by("-number"))
    if not versions:
        raise Http404
    return versions[0].resource, versions


def reported_institution(request: WorkRequest) -> Institution:
    """The institution that a new resource is for: the named one, else the person's first."""
    own = institutions_reported_by(request.user)
    code = request.POST.get("institution") or request.GET.get("institution")
    found = own.filter(code=code).first() if code else own.first()
    if found is None:
        raise PermissionDenied
    return found


def chosen(request: WorkRequest, versions: QuerySet[Version], name: str = "version") -> list[Version]:
    """The ticked rows of a list, in the order of the list; ids of others are passed over."""
    values = request.POST.getlist(name) or request.GET.getlist(name)
    ids = numerals(values)
    found = {version.pk: version for version in prepared(versions).filter(pk__in=ids)}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def handed_in_title(version: Version) -> str:
    """What officers read while the institution works on the version."""
    last = version.rounds.order_by("-number").first()
    return last.values.get("title", "") if last else ""


def shell(version: Version, user: Any) -> dict[str, Any]:
    """What every page of a version carries."""
    shown: dict[str, Any] = {"version": version, "resource": version.resource, "may": policy.abilities(user, version)}
    shown["page_key"] = page_key()
    shown["startable"] = version if shown["may"]["start_version"] else None
    online = version.resource.online_version_id
    shown["replaces_online"] = online is not None and online != version.pk and version.state != State.SUPERSEDED
    shown["shown_title"] = version.title if shown["may"]["preview"] else handed_in_title(version)
    return shown | ({"returned": last_return(version)} if version.state == State.RETURNED else {})


def page_key() -> str:
    """Names one opened page, so that what it sends twice is known (``drafts.create_draft``, ``drafts.save_draft``)."""
    return secrets.token_hex(8)


def told(request: WorkRequest) -> dict[str, Any]:
    """What an island or a form says, JSON or fields alike."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        given = json.loads(request.body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
