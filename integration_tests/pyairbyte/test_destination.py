"""The destination in PyAirbyte: what it leaves in the CDP is what the org says, whichever way the records came."""

from __future__ import annotations

import airbyte as ab
import pytest
from airbyte.caches import DuckDBCache
from airbyte.exceptions import AirbyteConnectorCheckFailedError

from embedded_servers import STREAMS, Servers, connector


def living(servers: Servers, stream: str) -> int:
    return sum(1 for row in servers.rows(stream).values() if not row["IsDeleted"])


def to(servers: Servers) -> ab.Destination:
    return ab.get_destination(
        "destination-ortto-cdp",
        config=servers.destination,
        local_executable=connector("destination-ortto-cdp"),
    )


def acknowledged(cache: DuckDBCache) -> set[str]:
    """Streams for which PyAirbyte keeps a state that the destination has handed back."""
    return set(
        cache.get_state_provider(
            source_name="source-salesforce-cdp", destination_name="destination-ortto-cdp"
        ).known_stream_names
    )


def test_a_check_succeeds(destination: ab.Destination) -> None:
    destination.check()


def test_a_failed_check_says_what_to_change(servers: Servers) -> None:
    broken = ab.get_destination(
        "destination-ortto-cdp",
        config=servers.destination | {"api_key": "somebody-elses"},
        local_executable=connector("destination-ortto-cdp"),
    )
    with pytest.raises(AirbyteConnectorCheckFailedError) as raised:
        broken.check()
    assert "API key" in str(raised.value)


def test_records_go_straight_from_the_source_and_then_only_what_changed(
    servers: Servers, source: ab.Source, destination: ab.Destination, cache: DuckDBCache
) -> None:
    first = destination.write(source, cache=False, state_cache=cache)
    assert first.processed_records == sum(len(servers.rows(stream)) for stream in STREAMS)
    assert acknowledged(cache) == set(STREAMS)
    assert servers.faults() == []
    assert len(servers.cdp().organizations) == living(servers, "Account")

    servers.work_a_day()
    second = destination.write(source, cache=False, state_cache=cache)
    assert 0 < second.processed_records < first.processed_records / 4
    assert servers.faults() == []
    events = servers.cdp().activities
    assert events > 0

    third = destination.write(source, cache=False, state_cache=cache)
    assert third.processed_records == 0
    assert servers.cdp().activities == events


def test_a_write_through_the_cache_is_whole_though_it_shuffles_the_streams(
    servers: Servers, source: ab.Source, destination: ab.Destination, cache: DuckDBCache, states: DuckDBCache
) -> None:
    # Streams of a write that caches meanwhile come in any order, so an event may come before the person it is about.
    destination.write(source, cache=cache, state_cache=states)
    assert acknowledged(states) == set(STREAMS)
    assert servers.faults() == []
    other = Servers.open()
    to(other).write(source, cache=False, state_cache=False)
    assert contents(servers) == contents(other)
    other.close()


def test_what_was_cached_before_can_be_written_as_often_as_one_likes(
    servers: Servers, source: ab.Source, destination: ab.Destination, cache: DuckDBCache, states: DuckDBCache
) -> None:
    destination.write(source.read(cache=cache), state_cache=states)
    assert servers.faults() == []

    servers.work_a_day()
    cached = source.read(cache=cache)
    for _ in range(2):
        written = destination.write(cached, state_cache=states)
        assert acknowledged(states) == set(STREAMS)
        assert written.processed_records == sum(len(servers.rows(stream)) for stream in STREAMS)
        assert servers.faults() == []
        assert len(servers.cdp().organizations) == living(servers, "Account")


def test_both_ways_make_the_same_cdp(source: ab.Source, cache: DuckDBCache, servers: Servers) -> None:
    """The same org, written straight and through the cache's tables, into two empty CDPs."""
    other = Servers.open()
    to(servers).write(source, cache=False, state_cache=False)
    to(other).write(source.read(cache=cache))
    assert contents(servers) == contents(other)
    other.close()


def contents(servers: Servers) -> list[object]:
    """People and organizations without Ortto's own ids, in an order of their own."""
    cdp = servers.cdp()
    names = {organization["id"]: organization["fields"]["str:o:name"] for organization in cdp.organizations}
    people = [person["fields"] | {"idt::o": names.get(person["fields"].get("idt::o"))} for person in cdp.people]
    return sorted([*people, *(each["fields"] for each in cdp.organizations), {"activities": cdp.activities}], key=repr)
