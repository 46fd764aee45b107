"""The registrant's way, without an account: fill in, prove the e-mail, print, stamp, upload, hand in, see what came of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.limits import allow
from lifelong.calls import actions, form, queries, windows
from lifelong.calls.actions.proving import must_prove_email
from lifelong.calls.actions.registering import institutions_offered
from lifelong.calls.forms import CodeForm, RegistrationForm, StampedForm, WordForm
from lifelong.calls.forms.registering import initial_from_word, initial_of
from lifelong.calls.lifecycle import CORRECTABLE, RegistrationState, Stage
from lifelong.calls.models import PaperKind, Registration
from lifelong.calls.queries.registrations import token_of
from lifelong.calls.views.files import clear_paper, pdf_of, word_of
from lifelong.calls.views.public import public_call
from lifelong.web.attempts import show_refusal
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, right


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def register(request: HttpRequest, number: str) -> HttpResponse:
    """The web form; a filled Word form fills it in. Nothing is kept until it is sent."""
    call = public_call(number)
    door = windows.door(call, Stage.REGISTRATION, None, timezone.now())
    filled, word = _from_word(request)
    sent = request.method == "POST" and "word" not in request.POST and not filled and word is None
    registration_form = RegistrationForm(request.POST if sent else None, call=call, initial=filled)
    if sent and registration_form.is_valid():
        answer = _begin(request, call, registration_form)
        if answer:
            return answer
    context = {
        "call": call,
        "door": door,
        "form": registration_form,
        "word_form": word or WordForm(),
        "filled": bool(filled),
        "names": institutions_offered(call),
        "extended": any(one.institution_id for window in call.windows.all() for one in window.extensions.all()),
    }
    refused = registration_form.errors or (word and word.errors)
    return render(request, "calls/register.html", context, status=422 if refused else 200)


def _from_word(request: HttpRequest) -> tuple[dict[str, str], WordForm | None]:
    """What a filled Word form says, or the form with the sentence why it could not be read."""
    if request.method != "POST" or request.POST.get("do") != "read":
        return {}, None
    word = WordForm(request.POST, request.FILES)
    if word.is_valid():
        try:
            return initial_from_word(form.read(word.cleaned_data["word"].read())), None
        except Refusal as refusal:
            word.add_error("word", str(refusal))
    return {}, word


def _begin(request: HttpRequest, call: Any, registration_form: RegistrationForm) -> HttpResponse | None:
    try:
        allow("register", request, times=30, seconds=3600)
        registration = actions.prepare(call, registration_form.values(), at=timezone.now())
        actions.send_link(registration, at=timezone.now())
    except Refusal as refusal:
        show_refusal(registration_form, refusal)
        return None
    messages.success(request, _("登记已保存，编号 %s。请按下面的步骤完成。") % registration.number)
    return redirect("my-registration", token=token_of(registration))


def own(token: str) -> Registration:
    found = queries.registration_by_token(token)
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
@right(PUBLIC)
def my_registration(request: HttpRequest, token: str) -> HttpResponse:
    """Where it stands and what is to be done next; the address is known to its owner alone."""
    return _page(request, own(token), token)


def _page(
    request: HttpRequest, registration: Registration, token: str, status: int = 200, **forms: Any
) -> HttpResponse:
    state = RegistrationState(registration.state)
    stamped = registration.papers.filter(kind=PaperKind.STAMPED).first()
    answer_open = bool(registration.answer_due_at and timezone.now() < registration.answer_due_at)
    door = windows.door(registration.call, Stage.REGISTRATION, registration.institution, timezone.now())
    context = {
        "registration": registration,
        "call": registration.call,
        "token": token,
        "link": request.build_absolute_uri(reverse("my-registration", args=[token])),
        "stamped": stamped,
        "proven": bool(registration.email_verified_at),
        "must_prove": must_prove_email(),
        "correctable": state in CORRECTABLE and (door.open or answer_open),
        "door": door,
        "code_form": CodeForm(),
        "stamped_form": StampedForm(),
        **forms,
    }
    response = render(request, "calls/my_registration.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" would hide the Origin too, and no form could be sent
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def correct(request: HttpRequest, token: str) -> HttpResponse:
    registration = own(token)
    registration_form = RegistrationForm(request.POST or None, call=registration.call, initial=initial_of(registration))
    if request.method == "POST" and registration_form.is_valid():
        revision = numeral(request.POST.get("revision", "")) or 0
        before = registration.email
        try:
            changed = actions.correct(registration, registration_form.values(), revision=revision, at=timezone.now())
            if changed.email != before:
                allow("register-mail", request, times=10, seconds=3600)
                actions.send_link(changed, at=timezone.now())
        except Refusal as refusal:
            show_refusal(registration_form, refusal)
        else:
            messages.success(request, _("已保存。内容有变动的，请重新下载、盖章、上传。"))
            return redirect("my-registration", token=token)
    context = {
        "registration": registration, "call": registration.call, "token": token, "form": registration_form,
        "names": institutions_offered(registration.call),
    }  # fmt: skip
    return render(request, "calls/correct.html", context, status=422 if registration_form.errors else 200)


@require_POST
@right(PUBLIC)
def send_code(request: HttpRequest, token: str) -> HttpResponse:
    registration = own(token)
    try:
        allow("register-mail", request, times=10, seconds=3600)
        allow("register-mail", request, times=5, seconds=3600, key=f"registration {registration.pk}")
        actions.send_link(registration, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("验证码已重新发送，30 分钟内有效。"))
    return redirect("my-registration", token=token)


@require_POST
@right(PUBLIC)
def prove(request: HttpRequest, token: str) -> HttpResponse:
    registration, code_form = own(token), CodeForm(request.POST)
    if code_form.is_valid():
        try:
            actions.prove_email(registration, code=code_form.cleaned_data["code"], at=timezone.now())
        except Refusal as refusal:
            show_refusal(code_form, refusal)
        else:
            messages.success(request, _("邮箱已验证。"))
            return redirect("my-registration", token=token)
    return _page(request, registration, token, status=422, code_form=code_form)


@require_safe
@right(PUBLIC)
def word(request: HttpRequest, token: str) -> HttpResponse:
    return word_of(own(token))


@require_safe
@right(PUBLIC)
def printed(request: HttpRequest, token: str) -> HttpResponse:
    return pdf_of(own(token))


@require_POST
@right(PUBLIC)
def upload_stamped(request: HttpRequest, token: str) -> HttpResponse:
    registration, stamped_form = own(token), StampedForm(request.POST, request.FILES)
    if stamped_form.is_valid():
        file = stamped_form.cleaned_data["stamped"]
        try:
            allow("register-paper", request, times=30, seconds=3600)
            actions.add_stamped(registration, name=file.name, content=file.read(), at=timezone.now())
        except Refusal as refusal:
            stamped_form.add_error("stamped", str(refusal))
        else:
            messages.success(request, _("盖章的登记表已收到。"))
            return redirect("my-registration", token=token)
    return _page(request, registration, token, status=422, stamped_form=stamped_form)


@never_cache
@xframe_options_sameorigin
@require_safe
@right(PUBLIC)
def stamped(request: HttpRequest, token: str) -> HttpResponse:
    """The registrant's own stamped paper, to look at."""
    paper = own(token).papers.filter(kind=PaperKind.STAMPED).first()
    if paper is None:
        raise Http404
    return clear_paper(paper, inline=True)


@require_POST
@right(PUBLIC)
def hand_in(request: HttpRequest, token: str) -> HttpResponse:
    try:
        actions.submit(own(token), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已提交，审核结果会发到登记的邮箱。"))
    return redirect("my-registration", token=token)


@require_POST
@right(PUBLIC)
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    try:
        actions.withdraw(own(token), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤回。"))
    return redirect("my-registration", token=token)
