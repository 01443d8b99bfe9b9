"""Rows that a claim reads without mapped objects stand in for those objects: what they have must mean the same."""

from typing import get_args, get_type_hints

import msgspec
import pytest

from control_plane.db.base import Base
from control_plane.db.models import Campaign, Number, Trunk, UsageAccount, Workspace
from control_plane.dialer import claim_rows


@pytest.mark.parametrize(
    ("row", "model"),
    [
        (claim_rows.ClaimingCampaign, Campaign),
        (claim_rows.ClaimingWorkspace, Workspace),
        (claim_rows.ClaimingAccount, UsageAccount),
        (claim_rows.ClaimingNumber, Number),
        (claim_rows.ClaimingTrunk, Trunk),
    ],
)
def test_a_row_of_a_claim_has_columns_of_its_table_with_their_types(row: type[msgspec.Struct], model: type[Base]) -> None:
    mapped = get_type_hints(model)
    for field in msgspec.structs.fields(row):
        assert get_args(mapped[field.name]) == (field.type,), field.name
