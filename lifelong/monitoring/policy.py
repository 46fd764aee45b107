"""Who may read and do what after publication."""

from typing import Any

from lifelong.accounts.models import Role, User
from lifelong.accounts.policy import roles_of
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import belongs_to, institutions_of
from lifelong.monitoring.lifecycle import (
    OPEN_FINDINGS,
    REMEDY_OPEN,
    FindingState,
    OpinionState,
    RunState,
    Scope,
    Standing,
    StatementState,
)
from lifelong.monitoring.models import Evaluation, EvaluationRun, ExpertOpinion, InspectionFinding, Remedy, Statement
from lifelong.monitoring.queries.evaluation import sees_every_run
from lifelong.regions.queries import within
from lifelong.resources.queries.reach import reach_of


def standing_of(user: Any, entry: Entry) -> Standing:
    """As whose a signed-in person's use is kept: neither who runs the platform nor the resource's own institution is the public."""
    roles = roles_of(user)
    if roles & set(Role.values):
        return Standing.STAFF
    if roles and belongs_to(user).filter(pk=entry.institution_id).exists():
        return Standing.OWN
    return Standing.PUBLIC


def sees_all_use(user: Any) -> bool:
    """The ministry and the operator."""
    reach = reach_of(user)
    return user.has_right("monitoring.read") and (reach.decides_finally or reach.operates)


def can_see_region_use(user: Any, code: str) -> bool:
    return sees_all_use(user) or (user.has_right("monitoring.read") and code in reach_of(user).regions)


def can_see_institution_use(user: Any, institution: Institution) -> bool:
    """Its own people, the province that it reports to, ministry and operator."""
    own = institution.pk in reach_of(user).own
    return own or can_see_region_use(user, institution.region_id or "")


def can_see_scope_use(user: Any, scope: str, key: str) -> bool:
    """Categories and areas are of the whole country."""
    return can_see_region_use(user, key) if scope == Scope.REGION else sees_all_use(user)


def can_open_use(user: Any) -> bool:
    return user.has_right("monitoring.read") or bool(reach_of(user).own)


def tops_of_use(user: Any) -> list[str]:
    """Regions that a provincial officer's figures begin with: those whose line above is not theirs too."""
    codes = reach_of(user).regions
    inner = {code for one in codes for code in within(one) - {one}}
    return sorted(codes - inner)


def can_manage(user: User) -> bool:
    """Inspection is the operator's."""
    return user.has_right("inspection.manage")


def can_open_inspection(user: User) -> bool:
    """Whoever has findings of their own to see: institutions, provinces, the ministry, the operator."""
    return user.has_right("monitoring.read") or bool(reach_of(user).own)


def can_ask_recheck(user: User, finding: InspectionFinding) -> bool:
    """Where a look can find it mended."""
    told = finding.state in {FindingState.NOTICED, FindingState.HIDDEN} and not finding.ends_with_version
    return told and (is_own(user, finding) or can_manage(user))


def is_own(user: User, finding: InspectionFinding) -> bool:
    return finding.resource.institution_id in reach_of(user).own


def can_extend(user: User, finding: InspectionFinding) -> bool:
    return finding.state == FindingState.NOTICED and can_manage(user)


def can_dismiss(user: User, finding: InspectionFinding) -> bool:
    return finding.state in OPEN_FINDINGS and can_manage(user)


def can_settle(user: User, finding: InspectionFinding) -> bool:
    return (
        finding.report_id is not None
        and finding.state in {FindingState.NOTICED, FindingState.HIDDEN}
        and can_manage(user)
    )


def finding_abilities(user: User, finding: InspectionFinding) -> dict[str, bool]:
    return {
        "recheck": can_ask_recheck(user, finding),
        "extend": can_extend(user, finding),
        "dismiss": can_dismiss(user, finding),
        "settle": can_settle(user, finding),
    }


def can_manage_evaluation(user: User) -> bool:
    """Schemes, runs, experts asked: the operator."""
    return user.has_right("evaluation.manage")


def can_decide_evaluation(user: User) -> bool:
    """Grades moved, a run in force, statements answered: the final reviewer."""
    return user.has_right("evaluation.decide")


def can_see_run(user: User, run: EvaluationRun) -> bool:
    return sees_every_run(user) or (user.has_right("monitoring.read") and run.state == RunState.DECIDED)


def can_see_evaluation(user: User, evaluation: Evaluation) -> bool:
    """Operator and ministry all; in force, a province its region's and an institution its own."""
    if sees_every_run(user):
        return True
    if evaluation.run.state != RunState.DECIDED:
        return False
    reach = reach_of(user)
    in_region = user.has_right("monitoring.read") and evaluation.region_code in reach.regions
    return in_region or evaluation.institution_id in reach.own


def can_move_grade(user: User, evaluation: Evaluation) -> bool:
    """Not once it is in force, and nobody their own institution's."""
    return evaluation.run.state != RunState.DECIDED and _judges(user, evaluation)


def can_file_statement(user: User, evaluation: Evaluation) -> bool:
    """Who reports for the institution; the action says when it is too late."""
    own = evaluation.institution_id in reach_of(user).reports_for
    return own and evaluation.run.state == RunState.DECIDED and bool(evaluation.grade)


def can_answer_statement(user: User, statement: Statement) -> bool:
    return statement.state == StatementState.OPEN and _judges(user, statement.evaluation)


def can_choose_remedy(user: User, remedy: Remedy) -> bool:
    return remedy.state in REMEDY_OPEN and remedy.evaluation.institution_id in reach_of(user).reports_for


def can_opine(user: User, opinion: ExpertOpinion) -> bool:
    return user.has_right("evaluation.opine") and opinion.expert_id == user.pk and opinion.state == OpinionState.ASKED


def _judges(user: User, evaluation: Evaluation) -> bool:
    own = institutions_of(user).filter(pk=evaluation.institution_id)
    return can_decide_evaluation(user) and not own.exists()


def can_set_thresholds(user: Any) -> bool:
    return bool(user.has_right("operations.manage"))


def minds_use(user: Any) -> bool:
    """Who is told when counting seems to have stopped."""
    return user.has_right("monitoring.read") and reach_of(user).operates
