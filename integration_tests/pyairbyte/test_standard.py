"""airbyte-cdk's standard tests, run against the executables as they are."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from logging import Logger
from pathlib import Path
from typing import Any, Literal

import pytest
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.outcome import ExpectedOutcome
from airbyte_cdk.test.standard_tests import DestinationTestSuiteBase, SourceTestSuiteBase

from world import World, connector

ROOT = Path(__file__).parents[2]
"""The folder that holds one folder for each connector."""


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites call a Python object; here they start a process with the same words instead."""

    def run(source: Executable, args: list[str], expected_outcome: ExpectedOutcome) -> EntrypointOutput:
        ended = subprocess.run([source.path, *args], capture_output=True, text=True, check=False)
        output = EntrypointOutput(ended.stdout.split("\n")[:-1], command=args, stderr=ended.stderr)
        # A log line here is one that is no message: our own come as LOG messages at their levels.
        assert ended.stderr == ""
        assert ended.returncode == (1 if output.errors else 0)
        return output

    monkeypatch.setattr(entrypoint_wrapper, "_run_command", run)


@dataclass(frozen=True)
class Executable:
    path: Path

    def spec(self, _: Logger) -> None:
        """Never called: by its presence the suites know a connector."""


class OfOurs:
    """Where a suite finds the connector it is for."""

    name: str

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return ROOT / cls.name

    @classmethod
    def create_connector(cls, scenario: ConnectorTestScenario | None) -> Executable:
        return Executable(connector(cls.name))


def scenario_of(config: dict[str, Any], folder: Path, status: Literal["succeed", "failed"]) -> ConnectorTestScenario:
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return ConnectorTestScenario(config_path=path, status=status)


class TestSource(OfOurs, SourceTestSuiteBase):
    name = "source-salesforce-cdp"

    @pytest.fixture(params=["as it should be", "with a revoked token"])
    def scenario(self, world: World, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectorTestScenario:
        if request.param == "as it should be":
            return scenario_of(world.source, tmp_path, "succeed")
        credentials = world.source["credentials"] | {"refresh_token": "revoked-by-somebody"}
        return scenario_of(world.source | {"credentials": credentials}, tmp_path, "failed")


class TestDestination(OfOurs, DestinationTestSuiteBase):
    name = "destination-ortto-cdp"
    test_spec = SourceTestSuiteBase.test_spec

    @pytest.fixture(params=["as it should be", "with another key"])
    def scenario(self, world: World, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectorTestScenario:
        if request.param == "as it should be":
            return scenario_of(world.destination, tmp_path, "succeed")
        return scenario_of(world.destination | {"api_key": "somebody-elses"}, tmp_path, "failed")
