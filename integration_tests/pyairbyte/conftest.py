"""What every test starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import airbyte as ab
import pytest
from airbyte.caches import DuckDBCache

from embedded_servers import Servers, connector


@pytest.fixture
def servers() -> Iterator[Servers]:
    opened = Servers.open()
    yield opened
    opened.close()


@pytest.fixture
def cache(tmp_path: Path) -> DuckDBCache:
    return DuckDBCache(db_path=tmp_path / "cache.duckdb", cache_dir=tmp_path)


@pytest.fixture
def states(tmp_path: Path) -> DuckDBCache:
    """For states alone: DuckDB may refuse to replace a state in the file whose records are just being read."""
    return DuckDBCache(db_path=tmp_path / "states.duckdb", cache_dir=tmp_path)


@pytest.fixture
def source(servers: Servers) -> ab.Source:
    return ab.get_source(
        "source-salesforce-cdp",
        config=servers.source,
        local_executable=connector("source-salesforce-cdp"),
        streams="*",
    )


@pytest.fixture
def destination(servers: Servers) -> ab.Destination:
    return ab.get_destination(
        "destination-ortto-cdp",
        config=servers.destination,
        local_executable=connector("destination-ortto-cdp"),
    )
