"""The operator's pages of the category tree."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifelong.standards import queries
from lifelong.standards.actions import categories as actions
from lifelong.standards.categories import Tree, to_toml
from lifelong.standards.forms import Destination, NewNode, NodeName, add_refusal
from lifelong.standards.models import CategoryNode
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_GET
@right("categories.manage")
def tree(request: HttpRequest) -> HttpResponse:
    """What waits to be settled on top, the whole tree below."""
    found = queries.category_tree()
    rows = []
    for node in found:
        chain = found.chain(node.code)
        level, path = len(chain), " › ".join(step.name for step in chain)
        old = "、".join(sorted({alias.name for alias in node.aliases}))
        rows.append({"node": node, "level": level, "path": path, "indent": "　　" * (level - 1), "old": old})
    pending = CategoryNode.objects.pending().select_related("proposed_by", "parent").order_by("created_at", "id")
    facts = {"rows": rows, "pending": pending, "version": found.version}
    return render(request, "standards/categories.html", facts)


@require_GET
@right("categories.manage")
def export(request: HttpRequest) -> HttpResponse:
    """The tree as a file that ``precheck --standard`` takes."""
    answer = HttpResponse(to_toml(queries.category_tree()), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="categories-{timezone.localdate():%Y%m%d}.toml"'
    return answer


@require_http_methods(["GET", "POST"])
@right("categories.manage")
def node(request: HttpRequest, code: str) -> HttpResponse:
    """One node: rename, move, settle, merge, add below; the button pressed says which."""
    found = get_object_or_404(CategoryNode.objects.select_related("parent__parent", "moved_to"), code=code)
    if found.moved_to is not None:
        return redirect("category-desk", found.moved_to.code)
    whole = queries.category_tree()
    pressed = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, whole, found, pressed)
    if pressed in forms and forms[pressed].is_valid():
        try:
            return _done(request, pressed, found, forms[pressed])
        except Refusal as refusal:
            add_refusal(forms[pressed], refusal.fields, refusal.message)
    chain = whole.chain(code)
    facts = {
        "node": found,
        "chain": chain[:-1],
        "children": whole.children(code),
        "aliases": found.aliases.select_related("parent"),
        "forms": forms,
        "fixed": len(chain) <= 2,
        "may_grow": len(chain) >= 2,
    }
    return render(request, "standards/category.html", facts, status=422 if pressed else 200)


def _forms(request: HttpRequest, tree: Tree, node: CategoryNode, pressed: str) -> dict[str, Form]:
    own = set(tree.below(node.code))

    def filled(name: str) -> Any:
        return request.POST if name == pressed else None

    parent = {node.parent.code} if node.parent else set()
    return {
        "rename": NodeName(filled("rename"), prefix="rename", initial={"name": node.name}),
        "move": Destination(filled("move"), prefix="move", tree=tree, without=own | parent),
        "merge": Destination(filled("merge"), prefix="merge", tree=tree, without=own, label=_("并入哪一级")),
        "add": NewNode(filled("add"), prefix="add"),
        "settle": Form(filled("settle")),
    }


def _done(request: HttpRequest, pressed: str, node: CategoryNode, form: Form) -> HttpResponse:
    given, by, at = form.cleaned_data, request.user, timezone.now()

    def other() -> CategoryNode:
        return get_object_or_404(CategoryNode, code=given["to"])

    verbs: dict[str, tuple[Callable[[], CategoryNode], str]] = {
        "rename": (lambda: actions.rename_node(node, given["name"], by=by, at=at), _("已改名，原来的名称仍能找到它。")),
        "move": (lambda: actions.move_node(node, other(), by=by, at=at), _("已移动，原来的位置仍能找到它。")),
        "merge": (lambda: actions.merge_node(node, other(), by=by, at=at), _("已并入，原来的名称会找到这里。")),
        "settle": (lambda: actions.settle_node(node, by=by, at=at), _("已归类。")),
        "add": (
            lambda: actions.add_node(node, given["name"], by=by, at=at, code=given.get("code", "")),
            _("已增加下一级。"),
        ),
    }
    verb, said = verbs[pressed]
    changed = verb()
    messages.success(request, said)
    return redirect("category-desk", changed.code)
