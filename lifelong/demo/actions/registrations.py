"""Who reports for whom: registrations taken in, approved, confirmed for later calls; a few still wait."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.calls.actions import deciding, entering
from lifelong.calls.form import FormValues, write
from lifelong.calls.models import Call, Registration
from lifelong.demo.actions.cast import Cast
from lifelong.demo.scans import stamped_form
from lifelong.demo.world import Place, World
from lifelong.institutions.models import InstitutionKind
from lifelong.regions.models import Region

LATE = {"419001-01", "410181-01"}  # known to the register, not yet part of the open call
NEWCOMERS = [
    ("焦作市山阳社区学院（虚构）", "410800", "other", "叶向晚", "教务处 副主任"),
    ("商丘古城开放教育中心（虚构）", "411400", "education_bureau", "许知秋", "综合科 科员"),
]


def form_of(institution: str, name: str, position: str, email: str, number: int) -> FormValues:
    return FormValues(
        institution=institution, name=name, position=position, landline=f"0371-6000{number:04}",
        mobile=f"1390000{number:04}", email=email,
    )  # fmt: skip


def take_in(call: Call, values: FormValues, players: Cast, *, at: datetime, **unit: object) -> Registration:
    """What came by e-mail as Word and stamped PDF, entered by the handling officer."""
    fields = {
        "institution_name": values.institution, "name": values.name, "position": values.position,
        "landline": values.landline, "mobile": values.mobile, "email": values.email, **unit,
    }  # fmt: skip
    year = timezone.localtime(at).year
    return entering.take_in(
        call, fields, by=players.of(Role.HANDLING_OFFICER), at=at, form_file=("登记表.docx", write(values)),
        stamped_file=("登记表（盖章）.pdf", stamped_form(values, year=year)),
    )  # fmt: skip


def register_all(world: World, players: Cast, call: Call, *, at: datetime) -> None:
    """Every institution's reporter, approved by the deciding officer."""
    for number, place in enumerate(world.institutions, 1):
        registration = take_in(call, filled(place, number), players, at=at)
        _done, invitation = deciding.approve(registration, by=players.of(Role.DECIDING_OFFICER), at=at)
        players.reporters[place.code] = User.objects.get(pk=invitation.user.pk)  # with the rights just given


def filled(place: Place, number: int) -> FormValues:
    return form_of(place.name, place.reporter, place.position, place.email, number)


def confirm_all(players: Cast, calls: Iterable[Call], *, at: datetime) -> None:
    """Later calls are joined in one click; two institutions have not done so for the open one."""
    for call in calls:
        for code, reporter in players.reporters.items():
            if call.number.endswith("-03") and code in LATE:
                continue
            entering.confirm_mandate(call, players.institutions[code], by=reporter, at=max(at, call.published_at or at))


def leave_some_waiting(players: Cast, call: Call, *, at: datetime) -> None:
    """Two units that the register does not know yet wait for an officer."""
    for number, (name, region, kind, person, position) in enumerate(NEWCOMERS, 51):
        values = form_of(name, person, position, f"newcomer-{number}@example.org", number)
        take_in(
            call, values, players, at=at, institution_kind=InstitutionKind(kind), region=Region.objects.get(code=region)
        )  # fmt: skip
