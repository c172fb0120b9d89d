"""Letting an edited row of the policy apply to promises that run already (sla.md, section 6)."""

from accounts.models import User
from sla.actions.ask_recalculation import ask_recalculation
from sla.models import Recalculation, Target
from sla.recalculating import application


def apply_target(target: Target, *, by: User | None) -> Recalculation:
    """Ask that the timers which this row started, or would start now, follow it as it is at this moment."""
    return ask_recalculation(application(target.metric, target), by=by)


def apply_deletion(metric: str, *, by: User | None) -> Recalculation:
    """Ask that the timers of a metric whose row is gone follow the one that would start them now."""
    return ask_recalculation(application(metric, None), by=by)
