"""What an action does with the portal: call, list, download, or several of these as steps."""

from bitrix_node.handlers.action import Action, ActionFailed, perform, perform_in_parts
from bitrix_node.handlers.beginning import Begun, begin
from bitrix_node.handlers.explaining import explain
from bitrix_node.handlers.planning import (
    Refusal,
    applying_requests,
    check_credential,
    check_required,
    check_use,
    check_values,
    plan,
)
from bitrix_node.handlers.prepared import Choices, Prepared
from bitrix_node.handlers.results import Outcome

__all__ = [
    "Action",
    "ActionFailed",
    "Begun",
    "Choices",
    "Outcome",
    "Prepared",
    "Refusal",
    "applying_requests",
    "begin",
    "check_credential",
    "check_required",
    "check_use",
    "check_values",
    "explain",
    "perform",
    "perform_in_parts",
    "plan",
]
