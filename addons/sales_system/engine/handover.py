"""What a handover can move."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandoverKind:
    """One kind of record that passes from one salesperson to another.

    :param label: what people call the records, in the plural
    :param model: name of their model
    :param switch: field of the handover that switches the kind on
    :param user_field: field of the record that names who looks after it
    :param fallback_field: field that names them while ``user_field`` is empty
    :param team_field: field of the team that follows the salesperson, restored by undoing
    :param counts_amount: whether its amounts are part of the handover's amount
    """

    label: str
    model: str
    switch: str
    user_field: str = "user_id"
    fallback_field: str = ""
    team_field: str = ""
    counts_amount: bool = False
