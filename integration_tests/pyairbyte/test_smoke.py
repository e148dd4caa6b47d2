"""`pyab destination-smoke-test`: Airbyte's synthetic streams, as far as they can mean people.

As they come, none of them can be written: no record has a Salesforce `Id`, which is what a person is known by (so does
the first test say). Given ids, and a mapping of their fields to custom fields, they can.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml
from airbyte.cli.smoke_test_source._scenarios import PREDEFINED_SCENARIOS, get_scenario_records

from embedded_servers import Cdp, Row, Servers, connector

UNREACHABLE = {"column.with.dots"}
"""Fields a mapping cannot name: a dot leads to a field of a parent, and no Salesforce name has one of its own."""

UNFIT: dict[str, set[int]] = {
    # Beyond 64 bits of thousandths.
    "special_number_values": {1, 3},
    # A list with an object in it is not a set of options.
    "nested_json_objects": {1},
    "array_of_primitives": {2},
    # An object, where the schema lets one think of text.
    "union_types": {1, 3},
    # A time that does not say its zone may be any of two dozen.
    "time_types": {1, 2, 3},
}
"""Records (counted from 1) with a value that fits no field of Ortto's, by scenario: written without it, and named in the log."""


def kind_of(schema: dict[str, Any]) -> str:
    """The type of Ortto field that the destination chooses for a property, in one word."""
    types = [schema.get("type", "string")]
    flat = {each for entry in types for each in (entry if isinstance(entry, list) else [entry])} - {"null"}
    if "array" in flat:
        return "List"
    if "string" in flat and schema.get("format") in ("date", "date-time"):
        return "Day" if schema["format"] == "date" else "Time"
    return {"object": "Object", "boolean": "Flag", "integer": "Integer", "number": "Number"}.get(flat.pop(), "Text")


def fields_of(scenario: dict[str, Any]) -> dict[str, str]:
    """A custom field for each property; scenarios share them, since Ortto has room for a hundred."""
    used: Counter[str] = Counter()
    fields = {}
    for name, schema in scenario["json_schema"]["properties"].items():
        if name in UNREACHABLE:
            continue
        kind = kind_of(schema)
        used[kind] += 1
        fields[name] = f"{kind} {used[kind]}"
    return fields


def id_of(scenario: int, record: Row, number: int) -> str:
    """A contact's id: one for each key, so that records that repeat a key are the same person's."""
    return f"003{scenario:06}{int(record.get('id', number)):06}AAA"


def with_ids(number: int, scenario: dict[str, Any]) -> dict[str, Any]:
    properties = scenario["json_schema"]["properties"] | {"Id": {"type": "string"}}
    records = [
        {"Id": id_of(number, record, count), **record}
        for count, record in enumerate(get_scenario_records(scenario), start=1)
    ]
    return {
        "name": scenario["name"],
        "json_schema": scenario["json_schema"] | {"properties": properties},
        "primary_key": [["Id"]],
        "records": records,
    }


def smoke_test(servers: Servers, folder: Path, destination: dict[str, Any], *options: str) -> dict[str, Any]:
    config = folder / "destination.json"
    config.write_text(json.dumps(servers.destination | destination))
    ended = subprocess.run(
        [
            Path(sys.executable).with_name("pyab"),
            "destination-smoke-test",
            f"--destination={connector('destination-ortto-cdp')}",
            f"--config={config}",
            *options,
        ],
        env=os.environ
        | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "AIRBYTE_LOGGING_ROOT": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    result: dict[str, Any] = json.loads(ended.stdout[ended.stdout.index("{\n") :])
    assert ended.returncode == (0 if result["success"] else 1)
    return result


def destination_log(folder: Path) -> str:
    (log,) = folder.glob("destination-ortto-cdp/*.log")
    return log.read_text()


def options(values: list[Any]) -> list[str] | None:
    """The set a list is: what is not text as JSON spells it, without blanks."""
    texts = {text(each) if isinstance(each, (str, float)) else json.dumps(each) for each in values if each is not None}
    return sorted(each for each in texts if each.strip()) or None


def moment(text: str) -> datetime:
    """To the millisecond: Ortto keeps no more."""
    whole = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return whole.replace(microsecond=whole.microsecond // 1000 * 1000)


def text(value: Any) -> str:
    """A number as JSON's readers know it: 0.0 is 0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


CONVERT: dict[str, Callable[[Any], Any]] = {
    "Text": lambda value: text(value)[:255] if text(value).strip() else None,
    "Integer": lambda value: value,
    # Ortto keeps decimals as thousandths.
    "Number": lambda value: int(Decimal(repr(value)).scaleb(3).quantize(Decimal(1), ROUND_HALF_UP)),
    "Flag": lambda value: value,
    "Object": lambda value: value,
    "List": lambda value: options(value),
    "Day": lambda value: dict(zip(("year", "month", "day"), map(int, value.split("-")), strict=True)),
    "Time": lambda value: moment(value),
}
"""What each kind of field holds of a value; None when it stays empty."""


def expected_people(scenarios: list[dict[str, Any]], left_out: dict[str, set[str]]) -> dict[str, Row]:
    """Field values by id: of each record in turn, as far as it says something and is not left out."""
    people: dict[str, Row] = {}
    for scenario, plain in zip(scenarios, PREDEFINED_SCENARIOS, strict=True):
        fields = fields_of(plain)
        for record in scenario["records"]:
            person = people.setdefault(record["Id"], {})
            for name, to in fields.items():
                if name in record and name not in left_out.get(record["Id"], ()):
                    value = record[name]
                    person[to] = None if value is None else CONVERT[to.split()[0]](value)
    return people


def people_by_id(cdp: Cdp) -> dict[str, Row]:
    """Each person's fields by name, under the Salesforce id the person carries."""
    names = {field_id: name for name, field_id in cdp.person_fields.items()}
    people = {}
    for person in cdp.people:
        fields = {names[key]: value for key, value in person["fields"].items() if key in names}
        (id_,) = (value for name, value in fields.items() if name.startswith("Salesforce "))
        people[id_] = {name: as_read(name, value) for name, value in fields.items()}
    return people


def as_read(name: str, value: Any) -> Any:
    match name.split()[0]:
        case "List":
            return sorted(value)
        case "Time":
            return moment(value)
        case "Day":
            return {part: value[part] for part in ("year", "month", "day")}
    return value


def test_synthetic_streams_without_ids_are_refused_whole_and_in_words(servers: Servers, tmp_path: Path) -> None:
    mapping = {"objects": [{"stream": "basic_types", "target": "person"}]}
    result = smoke_test(servers, tmp_path, mapping, "--scenarios=fast", "--skip-preflight")
    assert not result["success"]
    log = destination_log(tmp_path)
    assert "basic_types: the stream has no field Id" in log
    assert "null_handling: the mapping does not cover this stream" in log
    assert servers.cdp().people == []


def test_synthetic_streams_with_ids_become_people_with_their_values(servers: Servers, tmp_path: Path) -> None:
    scenarios = [with_ids(number, each) for number, each in enumerate(PREDEFINED_SCENARIOS, start=1)]
    mapping = [
        {
            "stream": scenario["name"],
            "target": "person",
            "fields": [{"from": name, "to": to} for name, to in fields_of(plain).items()],
        }
        for scenario, plain in zip(scenarios, PREDEFINED_SCENARIOS, strict=True)
    ]
    custom = tmp_path / "scenarios.yaml"
    custom.write_text(yaml.safe_dump(scenarios, allow_unicode=True))
    result = smoke_test(
        servers, tmp_path, {"objects": mapping}, "--scenarios=", f"--custom-scenarios={custom}", "--skip-preflight"
    )
    assert result["error"] is None
    assert result["records_delivered"] == sum(len(scenario["records"]) for scenario in scenarios)

    unfit = {each["records"][number - 1]["Id"] for each in scenarios for number in UNFIT.get(each["name"], set())}
    lines = [json.loads(line) for line in re.findall(r"left_out (\{.*\})", destination_log(tmp_path))]
    left_out = {
        each["id"]: {each["field"], *(other.split(": ")[0] for other in each.get("also", []))} for each in lines
    }
    assert left_out.keys() == unfit

    found = people_by_id(servers.cdp())
    expected = expected_people(scenarios, left_out)
    assert found.keys() == expected.keys()
    assert {id_: {name: found[id_].get(name) for name in values} for id_, values in expected.items()} == expected
