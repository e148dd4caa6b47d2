"""airbyte-cdk's standard tests, run against the executables as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from logging import Logger
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.outcome import ExpectedOutcome
from airbyte_cdk.test.standard_tests import (
    DestinationTestSuiteBase,
    DiscoveredCatalogWarning,
    SourceTestSuiteBase,
)

from embedded_servers import Servers, connector

ROOT = Path(__file__).parents[2]
"""The folder that holds one folder for each connector."""


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites call a Python object; here they start a process with the same words instead."""

    def run(source: Executable, args: list[str], expected_outcome: ExpectedOutcome) -> EntrypointOutput:
        ended = subprocess.run([source.path, *args], capture_output=True, text=True, check=False)
        output = EntrypointOutput(ended.stdout.split("\n")[:-1], command=args, stderr=ended.stderr)
        # A log line here is one that is not a message: our own come as LOG messages at their levels.
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
    def scenario(self, servers: Servers, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectorTestScenario:
        if request.param == "as it should be":
            return scenario_of(servers.source, tmp_path, "succeed")
        credentials = servers.source["credentials"] | {"refresh_token": "revoked-by-somebody"}
        return scenario_of(servers.source | {"credentials": credentials}, tmp_path, "failed")


class TestDestination(OfOurs, DestinationTestSuiteBase):
    name = "destination-ortto-cdp"
    test_spec = SourceTestSuiteBase.test_spec

    @pytest.fixture(params=["as it should be", "with another key"])
    def scenario(self, servers: Servers, request: pytest.FixtureRequest, tmp_path: Path) -> ConnectorTestScenario:
        if request.param == "as it should be":
            return scenario_of(servers.destination, tmp_path, "succeed")
        return scenario_of(servers.destination | {"api_key": "somebody-elses"}, tmp_path, "failed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "declared" in metafunc.fixturenames:
        metafunc.parametrize("declared", metafunc.cls.get_scenarios(), ids=lambda scenario: scenario.id)


class AsDeclared(OfOurs):
    """The scenarios of the connector's own acceptance-test-config.yml."""

    side: ClassVar[Literal["source", "destination"]]
    address: ClassVar[str]
    """The option that leads the connector elsewhere than to its vendor."""
    sections: ClassVar[tuple[str, ...]]
    """Those of the file in which the config that works is to be tried."""

    @pytest.fixture
    def scenario(
        self, declared: ConnectorTestScenario, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> ConnectorTestScenario:
        """In a copy of what the file names, so led that the embedded servers are the only ones asked."""
        config: dict[str, Any] = getattr(servers, self.side)
        copy = tmp_path / self.name
        shutil.copytree(ROOT / self.name / "acceptance", copy / "acceptance")
        invalid = copy / "acceptance" / "invalid-config.json"
        invalid.write_text(json.dumps(json.loads(invalid.read_text()) | {self.address: config[self.address]}))
        (copy / "secrets").mkdir()
        (copy / "secrets" / "config.json").write_text(json.dumps(config))
        monkeypatch.setattr(type(self), "get_connector_root_dir", classmethod(lambda _: copy))
        return declared

    def test_the_file_declares_a_config_that_works_and_one_that_does_not(self) -> None:
        declared = {str(each.config_path): (each.sections, each.status) for each in self.get_scenarios()}
        assert declared == {
            "secrets/config.json": (self.sections, "succeed"),
            "acceptance/invalid-config.json": (("connection",), "failed"),
        }


class TestSourceAsDeclared(AsDeclared, SourceTestSuiteBase):
    name = "source-salesforce-cdp"
    side = "source"
    address = "login_url"
    sections = ("spec", "connection", "discovery", "basic_read", "full_refresh")

    def test_what_is_read_is_the_catalog_beside_the_file(self) -> None:
        read = [each.configured_catalog_path for each in self.get_scenarios() if each.runs("read")]
        assert read == [Path("acceptance/configured-catalog.json")]


class TestDestinationAsDeclared(AsDeclared, DestinationTestSuiteBase):
    name = "destination-ortto-cdp"
    side = "destination"
    address = "api_url"
    sections = ("spec", "connection")


def test_what_the_suites_only_warn_of_in_a_catalog_fails_them_here() -> None:
    with pytest.raises(DiscoveredCatalogWarning):
        warnings.warn("The cursor is not in the schema.", DiscoveredCatalogWarning, stacklevel=1)
