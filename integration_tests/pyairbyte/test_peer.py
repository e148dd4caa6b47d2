"""Airbyte's own source-salesforce reads the embedded Salesforce too.

It is a client that others wrote, so it shows whether the embedded Salesforce behaves; and where both read the same
rows, each of our records must be theirs but for what `peer_differences.py` explains.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from peer_differences import ABSENT, DIFFERENCES
from embedded_servers import STREAMS, Row, Servers, connector

pytestmark = pytest.mark.skipif("PEER" not in os.environ, reason="airbyte-source-salesforce is not installed")

Message = dict[str, Any]


class Reader:
    """One of the two sources, run as a process in a folder of its own."""

    def __init__(self, executable: Path, config: Row, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.executable = executable
        self.folder = folder
        self.environment = os.environ | (environment or {})
        folder.mkdir()
        self.config = self.save("config", config)
        self.catalog = self.save("catalog", {"streams": [self.configured(each) for each in self.discover()]})

    def save(self, name: str, content: object) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content))
        return path

    def run(self, command: str, **files: Path) -> list[Message]:
        arguments = [text for name, path in files.items() for text in (f"--{name}", str(path))]
        ended = subprocess.run(
            [self.executable, command, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr + ended.stdout[-2000:]
        return [json.loads(line) for line in ended.stdout.split("\n") if line]

    def discover(self) -> list[Row]:
        (catalog,) = (each for each in self.run("discover", config=self.config) if each["type"] == "CATALOG")
        return cast("list[Row]", catalog["catalog"]["streams"])

    def configured(self, stream: Row) -> Row:
        return {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"}

    def check(self) -> str:
        (status,) = (each for each in self.run("check", config=self.config) if each["type"] == "CONNECTION_STATUS")
        return str(status["connectionStatus"]["status"])

    def read(self, states: list[Row] | None = None) -> tuple[dict[str, list[Row]], list[Row]]:
        """Records by stream, and the last state of each stream."""
        files = {"config": self.config, "catalog": self.catalog}
        if states is not None:
            files["state"] = self.save("states", states)
        messages = self.run("read", **files)
        records: dict[str, list[Row]] = {stream: [] for stream in STREAMS}
        last: dict[str, Row] = {}
        for message in messages:
            if message["type"] == "RECORD":
                records[message["record"]["stream"]].append(message["record"]["data"])
            if message["type"] == "STATE":
                last[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
        return records, list(last.values())


class Peer(Reader):
    """Airbyte's, which logs in at login.salesforce.com: `login_host` leads it to the embedded server instead."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        credentials = {key: value for key, value in servers.source["credentials"].items() if key != "auth_type"}
        super().__init__(
            Path(os.environ["PEER"]),
            # One slice of time instead of one for each month, since each is a Bulk job.
            {"auth_type": "Client", "start_date": "2010-01-01T00:00:00Z", "stream_slice_step": "P9999D", **credentials},
            folder,
            {
                "PYTHONPATH": str(Path(__file__).with_name("login_host")),
                "SALESFORCE_LOGIN_URL": servers.source["login_url"],
            },
        )

    def discover(self) -> list[Row]:
        return [stream for stream in super().discover() if stream["name"] in STREAMS]


@pytest.fixture
def peer(servers: Servers, tmp_path: Path) -> Peer:
    return Peer(servers, tmp_path / "peer")


@pytest.fixture
def own(servers: Servers, tmp_path: Path) -> Reader:
    return Reader(connector("source-salesforce-cdp"), servers.source, tmp_path / "own")


def by_id(records: list[Row]) -> dict[str, Row]:
    """The last record of each row."""
    return {record["Id"]: record for record in records}


def explain(field: str, theirs: Any, ours: Any) -> str | None:
    return next((each.name for each in DIFFERENCES if each.explains(field, theirs, ours)), None)


def compare(theirs: dict[str, Row], ours: dict[str, Row]) -> tuple[Counter[str], list[str]]:
    """How often each difference occurs, and those that nothing explains."""
    explained: Counter[str] = Counter()
    unexplained = [f"{id_} is not in both" for id_ in theirs.keys() ^ ours.keys()]
    for id_ in theirs.keys() & ours.keys():
        for field in theirs[id_].keys() | ours[id_].keys():
            their_value, our_value = theirs[id_].get(field, ABSENT), ours[id_].get(field, ABSENT)
            # To Python, but not to JSON, False is 0; 5.0 and 5 are one number to both.
            if their_value == our_value and isinstance(their_value, bool) == isinstance(our_value, bool):
                continue
            name = explain(field, their_value, our_value)
            if name is None:
                unexplained.append(f"{id_} {field}: {their_value!r} and {our_value!r}")
            else:
                explained[name] += 1
    return explained, unexplained


def test_airbytes_own_source_is_at_home_in_the_embedded_salesforce(servers: Servers, peer: Peer) -> None:
    assert peer.check() == "SUCCEEDED"
    records, _ = peer.read()
    for stream in STREAMS:
        assert by_id(records[stream]).keys() == servers.rows(stream).keys()
        assert len(records[stream]) == len(servers.rows(stream))


def test_both_sources_send_the_same_records_but_for_what_is_explained(
    servers: Servers, peer: Peer, own: Reader
) -> None:
    explained: Counter[str] = Counter()
    unexplained: list[str] = []
    their_states: list[Row] | None = None
    our_states: list[Row] | None = None
    for is_first in (True, False):
        theirs, their_states = peer.read(their_states)
        ours, our_states = own.read(our_states)
        for stream in STREAMS:
            their_records, our_records = by_id(theirs[stream]), by_id(ours[stream])
            if not is_first:
                # Their look-back sends rows again that have not changed since.
                assert their_records.keys() >= our_records.keys()
                their_records = {id_: their_records[id_] for id_ in our_records}
            found, open_questions = compare(their_records, our_records)
            explained += found
            unexplained += [f"{stream} {each}" for each in open_questions]
        if is_first:
            servers.work_a_day()
    assert unexplained == []
    assert explained.keys() == {each.name for each in DIFFERENCES}
