"""The people of the world: authorities, officers, administrators, institutions, word lists, host platforms."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lifelong.accounts.actions.appointments import open_appointment
from lifelong.accounts.actions.authorities import found_authority
from lifelong.accounts.actions.invitation import invite
from lifelong.accounts.models import Authority, AuthorityKind, Role, User
from lifelong.demo.world import World
from lifelong.institutions.actions.register import enter_institution
from lifelong.institutions.models import Institution
from lifelong.regions.models import Region
from lifelong.screening.actions import add_words, make_list
from lifelong.standards.actions import platforms
from lifelong.standards.actions.platforms import Evidence

HENAN = "410000"
# role → (e-mail, invented name)
PEOPLE: dict[str, tuple[str, str]] = {
    Role.SYSTEM_ADMINISTRATOR: ("system@example.org", "纪文舟"),
    Role.SECURITY_ADMINISTRATOR: ("security@example.org", "安若谷"),
    Role.AUDIT_ADMINISTRATOR: ("audit@example.org", "严守正"),
    Role.HANDLING_OFFICER: ("handling@example.org", "苏念慈"),
    Role.DECIDING_OFFICER: ("deciding@example.org", "周慎行"),
    Role.EXPERT: ("expert@example.org", "闻人达"),
    Role.FINAL_REVIEWER: ("final@example.org", "钟书衡"),
    Role.OPERATOR: ("operator@example.org", "高云程"),
}
# more experts of the province: (e-mail, invented name, areas, where they work)
EXPERTS = [
    ("expert-2@example.org", "裴知微", ["older", "community"], "4141990103"),
    ("expert-3@example.org", "段鸣谦", ["degree", "training"], "4141990102"),
    ("expert-4@example.org", "温故新", ["community", "training"], "410300-01"),
]


@dataclass
class Cast:
    """Who plays whom. ``reporters`` by institution code."""

    people: dict[str, User] = field(default_factory=dict)
    institutions: dict[str, Institution] = field(default_factory=dict)
    reporters: dict[str, User] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)

    def of(self, role: str) -> User:
        return self.people[role]


def gather(world: World, *, at: datetime) -> Cast:
    """Authorities and people first, then what the officers enter: institutions, words, platforms."""
    cast = Cast()
    henan = Region.objects.get(code=HENAN)
    ministry = cast.authorities["ministry"] = found_authority(
        "教育部（演示）", kind=AuthorityKind.MINISTRY, by=None, at=at
    )
    province = cast.authorities["province"] = found_authority(
        "河南省教育厅（演示）", kind=AuthorityKind.PROVINCE, region=henan, by=None, at=at
    )
    centre = found_authority(
        "河南省社区教育服务指导中心（演示）",
        kind=AuthorityKind.PROVINCE,
        region=henan,
        part_of=province,
        by=None,
        at=at,
    )
    operator = found_authority("平台运营中心（演示）", kind=AuthorityKind.OPERATOR, by=None, at=at)
    bodies: dict[str, Authority] = {
        Role.HANDLING_OFFICER: centre, Role.DECIDING_OFFICER: province, Role.EXPERT: province,
        Role.FINAL_REVIEWER: ministry,
    }  # fmt: skip
    for email, name, _areas, _employer in EXPERTS:
        expert = invite(email, name=name, by=None, at=at, reason="演示账号").user
        open_appointment(expert, role=Role.EXPERT, authority=province, by=None, at=at)
    for role, (email, name) in PEOPLE.items():
        user = invite(email, name=name, by=None, at=at, reason="演示账号").user
        open_appointment(user, role=role, authority=bodies.get(role, operator), by=None, at=at)
        cast.people[role] = user
    enter_institutions(world, cast, at=at)
    keep_words(world, cast, at=at)
    prove_platforms(world, cast, at=at)
    return cast


def enter_institutions(world: World, cast: Cast, *, at: datetime) -> None:
    for place in world.institutions:
        cast.institutions[place.code] = enter_institution(
            place.name, kind=place.kind, region=Region.objects.get(code=place.region), code=place.code,
            office_email=f"office-{place.code.lower()}@example.org", by=cast.of(Role.DECIDING_OFFICER), at=at,
        )  # fmt: skip


def keep_words(world: World, cast: Cast, *, at: datetime) -> None:
    operator = cast.of(Role.OPERATOR)
    for severity, name, category in (("block", "虚假与违规宣传", "虚假宣传"), ("look", "请留意的说法", "夸大用语")):
        made = make_list(name, category, severity, by=operator, at=at)
        add_words(made, world.words[severity], by=operator, at=at)


def prove_platforms(world: World, cast: Cast, *, at: datetime) -> None:
    """Two of level 3, one below: its links fail until the province waives them or it is assessed anew."""
    officer = cast.of(Role.DECIDING_OFFICER)
    for row in world.platforms:
        platform = platforms.register_platform(row["name"], row["hosts"], by=officer, at=at)
        evidence = Evidence(
            level=row["level"], filing_number=row["filing"], assessment_date=(at - timedelta(days=60)).date(),
            expires_date=(at + timedelta(days=700)).date(), text="演示用的备案信息，平台与编号均为虚构。",
        )  # fmt: skip
        proposed = platforms.propose_evidence(platform, evidence, by=officer, at=at)
        platforms.accept_evidence(proposed, by=officer, at=at)
