"""The embedded Salesforce and Ortto that a test works between, and what they really hold."""

from __future__ import annotations

import json
import os
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

STREAMS = (
    "Account",
    "Lead",
    "Contact",
    "Campaign",
    "CampaignMember",
    "Opportunity",
    "OpportunityContactRole",
    "Task",
    "Subscription__c",
)
"""What the source discovers in the embedded org, in its order."""


def connector(name: str) -> Path:
    """The executable of one of the two connectors."""
    return Path(os.environ["CONNECTORS"]) / name


def _ask(path: str, body: object = None, method: str = "POST") -> Any:
    request = urllib.request.Request(os.environ["SERVERS"] + path, data=json.dumps(body or {}).encode(), method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@dataclass(frozen=True)
class Cdp:
    people: list[Row]
    organizations: list[Row]
    activities: int
    """How many events there are."""
    person_fields: dict[str, str] = field(default_factory=dict)
    """Ids of people's custom fields by name."""


@dataclass(frozen=True)
class Servers:
    id: str
    source: dict[str, Any]
    """A config of source-salesforce-cdp."""
    destination: dict[str, Any]
    """A config of destination-ortto-cdp."""

    @staticmethod
    def open(contacts: int = 100) -> Servers:
        return Servers(**_ask("/servers", {"contacts": contacts}))

    def close(self) -> None:
        _ask(f"/servers/{self.id}", method="DELETE")

    def rows(self, stream: str) -> dict[str, Row]:
        """The org's rows of an object by id, deleted ones too."""
        return {row["Id"]: row for row in _ask(f"/servers/{self.id}/rows/{stream}")}

    def work_a_day(self) -> None:
        """Salesforce users enter, correct, convert and delete a little of everything."""
        _ask(f"/servers/{self.id}/work-a-day")

    def cdp(self) -> Cdp:
        said = _ask(f"/servers/{self.id}/cdp")
        return Cdp(said["people"], said["organizations"], said["activities"], said["personFields"])

    def faults(self) -> list[str]:
        """Whatever in the CDP is not as the org says, in sentences."""
        faults: list[str] = _ask(f"/servers/{self.id}/faults")
        return faults
