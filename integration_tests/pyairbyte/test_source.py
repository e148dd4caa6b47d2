"""The source in PyAirbyte: what its cache holds is what the org holds, to the last value."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import airbyte as ab
import pytest
from airbyte.caches import DuckDBCache
from airbyte.exceptions import AirbyteConnectorCheckFailedError

from embedded_servers import STREAMS, Row, Servers, connector


def in_table(value: Any) -> Any:
    """A value of the org as the cache's tables tell it: times in UTC without a zone, numbers with nine decimals."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, str) and value.endswith("Z"):
        try:
            return datetime.fromisoformat(value.removesuffix("Z"))
        except ValueError:
            return value
    return value


def as_in_org(stored: Any, value: Any) -> Any:
    """What the cache stored, in the form of the org's own value."""
    if isinstance(stored, Decimal):
        return round(float(stored), 9)
    if isinstance(stored, date) and not isinstance(stored, datetime):
        return stored.isoformat()
    if isinstance(stored, str) and isinstance(value, dict):
        return json.loads(stored)
    if isinstance(stored, list) and isinstance(value, str):
        return ";".join(stored)
    return stored


def differences(cached: dict[str, Row], rows: dict[str, Row]) -> list[str]:
    """Every value in which the cache and the org differ; a row that only one of them has counts as one."""
    found = [f"{id_} is not in both" for id_ in cached.keys() ^ rows.keys()]
    for id_ in cached.keys() & rows.keys():
        for name, value in rows[id_].items():
            stored = as_in_org(cached[id_][name.lower()], value)
            if stored != in_table(value):
                found.append(f"{id_} {name}: {stored!r} instead of {value!r}")
    return found


def changed_rows(before: dict[str, Row], now: dict[str, Row]) -> dict[str, Row]:
    def stamp(row: Row | None) -> Any:
        return row and row["SystemModstamp"]

    return {id_: row for id_, row in now.items() if stamp(row) != stamp(before.get(id_))}


def by_id(result: ab.ReadResult, stream: str) -> dict[str, Row]:
    return {row["id"]: dict(row) for row in result[stream]}


def test_a_check_succeeds(source: ab.Source) -> None:
    source.check()


def test_a_failed_check_says_what_to_change(servers: Servers) -> None:
    credentials = servers.source["credentials"] | {"refresh_token": "revoked"}
    broken = ab.get_source(
        "source-salesforce-cdp",
        config=servers.source | {"credentials": credentials},
        local_executable=connector("source-salesforce-cdp"),
    )
    with pytest.raises(AirbyteConnectorCheckFailedError) as raised:
        broken.check()
    assert "refresh token" in str(raised.value)


def test_every_stream_of_the_org_is_discovered_with_its_key_and_cursor(source: ab.Source) -> None:
    assert tuple(source.get_available_streams()) == STREAMS
    for stream in source.discovered_catalog.streams:
        assert stream.source_defined_primary_key == [["Id"]]
        assert stream.default_cursor_field == ["SystemModstamp"]


def test_the_cache_holds_every_row_and_a_second_read_brings_only_what_changed(
    servers: Servers, source: ab.Source, cache: DuckDBCache
) -> None:
    before = {stream: servers.rows(stream) for stream in STREAMS}
    first = source.read(cache=cache)
    assert first.processed_records == sum(len(rows) for rows in before.values())
    for stream in STREAMS:
        assert differences(by_id(first, stream), before[stream]) == []

    servers.work_a_day()
    # A formula's value may change without its row: it is that of the row's last own change.
    expected = {stream: before[stream] | changed_rows(before[stream], servers.rows(stream)) for stream in STREAMS}
    second = source.read(cache=cache)
    assert second.processed_records > 0
    assert second.processed_records == sum(len(changed_rows(before[stream], expected[stream])) for stream in STREAMS)
    for stream in STREAMS:
        assert differences(by_id(second, stream), expected[stream]) == []
    assert any(row["isdeleted"] for row in by_id(second, "Contact").values())

    assert source.read(cache=cache).processed_records == 0


def test_a_full_refresh_of_one_stream_reads_it_whole_again(
    servers: Servers, source: ab.Source, cache: DuckDBCache
) -> None:
    source.read(cache=cache, streams=["Lead"])
    again = source.read(cache=cache, streams=["Lead"], force_full_refresh=True)
    assert again.processed_records == len(servers.rows("Lead"))
    assert differences(by_id(again, "Lead"), servers.rows("Lead")) == []


def test_records_come_without_a_cache_too(servers: Servers, source: ab.Source) -> None:
    # Named, because PyAirbyte stops reading when it sees nobody hold the dataset any more.
    dataset = source.get_records("Account", normalize_field_names=False)
    records = {record["Id"]: record for record in dataset}
    rows = servers.rows("Account")
    assert records.keys() == rows.keys()
    for id_, row in rows.items():
        assert records[id_]["Name"] == row["Name"]
