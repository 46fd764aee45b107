"""The interface's description for people, drawn from its OpenAPI description; no script and nothing from elsewhere."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from lifelong.catalogue.api.addresses import api, problem
from lifelong.web.rights import PUBLIC, right


@require_safe
@right(PUBLIC)
def docs(request: HttpRequest) -> HttpResponse:
    described = api.get_openapi_schema(path_prefix="/api/v1/")
    shown = {"api": described["info"], "operations": operations(described), "site": settings.SITE_URL}
    return render(request, "catalogue/api_docs.html", shown)


@require_safe
@right(PUBLIC)
def guessed(request: HttpRequest) -> HttpResponse:
    """Where people look for it first: the interface's own root and ``docs`` below it."""
    return redirect("api_docs")


@csrf_exempt  # whatever the method, there is nothing here to be written
@right(PUBLIC)
def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """A machine that asks for what is not there gets a problem, not a page."""
    return problem("not_found", "没有这个地址。接口说明见 /api/docs。", 404)


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    schemas = described.get("components", {}).get("schemas", {})
    found = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            found.append(
                {
                    "method": method.upper(), "path": path, "id": operation["operationId"], "summary": operation["summary"],
                    "parameters": [parameter(one) for one in operation.get("parameters", [])],
                    "answers": [answer(status, one, schemas) for status, one in operation["responses"].items()],
                }
            )  # fmt: skip
    return found


def parameter(one: dict[str, Any]) -> dict[str, Any]:
    schema = one.get("schema", {})
    return {
        "name": one["name"], "place": one["in"], "type": type_of(schema), "required": one.get("required", False),
        "default": schema.get("default"), "description": one.get("description") or schema.get("description", ""),
    }  # fmt: skip


def answer(status: str | int, one: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = next(iter(one.get("content", {}).values()), {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    properties = schemas.get(name, {}).get("properties", {})
    return {
        "status": status, "name": name,
        "fields": [(key, type_of(value), value.get("description", "")) for key, value in properties.items()],
    }  # fmt: skip


def type_of(schema: dict[str, Any]) -> str:
    """A JSON type in a word or two: ``array of Item``, ``string or null``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        inner = type_of(schema.get("items", {}))
        return inner if "、" in inner else f"{inner}[]"
    if "enum" in schema:
        return "、".join(str(one) for one in schema["enum"] if one != "")
    return str(schema.get("type", "object"))
