"""Where the records of Airbyte's own source-salesforce and of ours differ for the same rows, and why.

Each entry says of two values of one field whether it explains their difference. `test_peer.py` holds every value of
every record against this table: a difference that no entry explains fails it, and so does an entry that explains none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Those that pandas, which theirs reads Bulk results with, takes for none by default.
NOT_AVAILABLE = {"#N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}

ABSENT = object()
"""Stands for the value of a field that a record does not have."""


@dataclass(frozen=True)
class Difference:
    name: str
    why: str
    explains: Callable[[str, Any, Any], bool]
    """Whether it is this that makes `theirs` of a field differ from `ours`."""


DIFFERENCES = (
    Difference(
        "attributes",
        "By REST, Salesforce puts the type and the address of each row beside its fields, and theirs hands that on. "
        "Records of one stream then differ by the API that read them; ours never do.",
        lambda field, theirs, ours: field == "attributes" and ours is ABSENT,
    ),
    Difference(
        "parents",
        "Ours reads a few fields of parents (Account.Name) with their rows. Theirs has no way to.",
        lambda field, theirs, ours: theirs is ABSENT and field in ("Account", "Campaign"),
    ),
    Difference(
        "nulls",
        "Theirs leaves a field without a value out of the record. Ours says null: a destination can tell an emptied "
        "field from one that was not selected.",
        lambda field, theirs, ours: theirs is ABSENT and ours is None,
    ),
    Difference(
        "zones",
        "By REST, Salesforce writes times with +0000, which Airbyte's protocol does not know. Ours writes Z whatever "
        "the API, as Salesforce does in Bulk results.",
        lambda field, theirs, ours: (
            isinstance(theirs, str) and theirs.endswith("+0000") and theirs.removesuffix("+0000") + "Z" == ours
        ),
    ),
    Difference(
        "options",
        "Salesforce writes the options of a multi-select picklist with semicolons between them. Theirs keeps that "
        "text, ours makes it a list.",
        lambda field, theirs, ours: isinstance(ours, list) and theirs == ";".join(ours),
    ),
    Difference(
        "line ends",
        "Theirs keeps Bulk results as lines of text meanwhile, and so makes every carriage return and line feed a line "
        "feed alone. Ours keeps what Salesforce holds.",
        lambda field, theirs, ours: isinstance(ours, str) and "\r" in ours and theirs == ours.replace("\r\n", "\n"),
    ),
    Difference(
        "not available",
        "Theirs treats a few words in Bulk results (#N/A, NA, null and others) as no value unless preserve_na_values "
        "is set, and in REST results never. To ours they are text like any other.",
        lambda field, theirs, ours: theirs is ABSENT and ours in NOT_AVAILABLE,
    ),
)
