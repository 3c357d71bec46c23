"""Tokens of an environment, scripts of one environment only, and kinds of objects beside views and
procedures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.warehouse.place import Place

from tsql.tokens import Kind, tokenize
from warehouse.errors import MigrationProblem, UsageProblem
from warehouse.migrations.deploy import Options
from warehouse.migrations.environment import Environment, read_environment, render

DEV = Environment("dev", {"owner": "O'Neil", "bracket": "a]b", "path": "C:\\data"})


def test_a_value_is_escaped_for_the_string_or_name_it_stands_in() -> None:
    text = "SELECT N'${owner} at ${path}' AS [x ${bracket}], '${owner}';"
    assert render(text, DEV, "f") == "SELECT N'O''Neil at C:\\data' AS [x a]]b], 'O''Neil';"


def test_comments_keep_their_text_and_two_dollars_write_one() -> None:
    text = "-- ${unknown}\n/* ${unknown} */ SELECT '$${owner}';"
    assert render(text, DEV, "f") == "-- ${unknown}\n/* ${unknown} */ SELECT '${owner}';"


@pytest.mark.parametrize("text", ["SELECT ${owner};", 'SELECT "${owner}";', "SELECT 1 + ${ owner };"])
def test_a_token_outside_of_strings_and_brackets_is_an_error(text: str) -> None:
    with pytest.raises(MigrationProblem, match=r"f, line 2: a token stands outside of a string literal"):
        render(f"\n{text}", DEV, "f")


def test_an_unknown_token_names_file_line_and_where_to_add_it() -> None:
    with pytest.raises(
        MigrationProblem, match=r"^f, line 3: token \$\{x\} has no value; add x= to environments/dev\.env$"
    ):
        render("SELECT N'a\n\n${x}';", DEV, "f")
    with pytest.raises(MigrationProblem, match=r"no environment is named; add --env NAME"):
        render("SELECT N'${x}';", Environment(), "f")


def test_what_is_no_token_inside_a_string_is_an_error() -> None:
    with pytest.raises(MigrationProblem, match=r"begins no token"):
        render("SELECT N'${1}';", DEV, "f")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_no_value_breaks_out_of_its_literal_or_brackets(value: str) -> None:
    rendered = render("SELECT N'a${v}b' AS [c${v}d];", Environment("e", {"v": value}), "f")
    tokens = tokenize(rendered)
    assert [token.kind for token in tokens[1:4]] == [Kind.NSTRING, Kind.NAME, Kind.QUOTED]
    assert (tokens[1].value, tokens[3].value) == (f"a{value}b", f"c{value}d")
    assert len(tokens) == 6


def test_an_environment_file_is_name_value_lines(tmp_path: Path) -> None:
    file = tmp_path / "environments" / "dev.env"
    file.parent.mkdir()
    file.write_text("# a comment\n\nowner = O'Neil\nempty=\nurl=http://x/?a=b\n", encoding="utf-8")
    assert read_environment(tmp_path, "dev").tokens == {
        "owner": "O'Neil",
        "empty": "",
        "url": "http://x/?a=b",
    }
    file.write_text("owner=a\nowner=b\n", encoding="utf-8")
    with pytest.raises(MigrationProblem, match=r"dev\.env, line 2: owner stands there twice"):
        read_environment(tmp_path, "dev")
    file.write_text("owner\n", encoding="utf-8")
    with pytest.raises(MigrationProblem, match=r"dev\.env, line 1: is not name=value"):
        read_environment(tmp_path, "dev")
    with pytest.raises(UsageProblem, match=r"there is no environments/prod\.env; .*\(dev\)"):
        read_environment(tmp_path, "prod")


@pytest.fixture
def two(place: Place) -> Place:
    place.write("environments/dev.env", "city=Delft\n")
    place.write("environments/prod.env", "city=Oslo\n")
    place.write(
        "migrations/V0001__a.sql", "CREATE SCHEMA hr;\nGO\nCREATE TABLE hr.[${city}] (id int NOT NULL);"
    )
    place.write(
        "migrations/V0002__b.sql", "-- migrate: only in dev, test\nINSERT INTO hr.Delft (id) VALUES (1);"
    )
    place.write("database/hr/views/city.sql", "CREATE VIEW hr.city AS SELECT N'${city}' AS city;")
    return place


def test_each_environment_gets_its_values_and_its_own_scripts(two: Place) -> None:
    assert len(two.apply(Options("dev")).applied) == 2
    assert two.sql("SELECT city FROM hr.city;") == [{"city": "Delft"}]
    assert two.count("hr.Delft") == 1


def test_a_script_of_another_environment_is_neither_run_nor_missed(two: Place) -> None:
    assert two.apply(Options("prod")).applied == ("migrations/V0001__a.sql",)
    assert two.run("plan", "--env", "prod").code == 0
    states = [one["state"] for one in two.run("status", "--env", "prod", "--json").document["versions"]]
    assert states == ["applied", "other environment"]


def test_a_changed_value_deploys_the_object_again_and_no_migration(two: Place) -> None:
    two.apply(Options("dev"))
    two.write("environments/dev.env", "city=Gouda\n")
    outcome = two.apply(Options("dev"))
    assert (outcome.applied, outcome.deployed) == ((), ("hr.city",))
    assert two.sql("SELECT city FROM hr.city;") == [{"city": "Gouda"}]


def test_an_unknown_token_stops_before_anything_runs(two: Place) -> None:
    two.write("migrations/V0003__c.sql", "SELECT N'${nobody}';")
    ended = two.run("apply", "--env", "dev")
    assert (ended.code, "V0003__c.sql, line 1: token ${nobody} has no value" in ended.errors) == (2, True)
    assert two.count("ops.schema_migrations") == 0


def test_a_database_of_one_environment_is_not_deployed_for_another(two: Place) -> None:
    two.apply(Options("dev"))
    for command in ("apply", "plan"):
        ended = two.run(command, "--env", "prod")
        assert ended.code == 2
        assert "this database was deployed with --env dev, now with --env prod" in ended.errors
    assert "environment dev is now prod" in two.run("repair", "--env", "prod").output
    assert two.run("plan", "--env", "prod").code == 10


KINDS = {
    "database/hr/types/ids.sql": "CREATE TYPE hr.ids AS TABLE (id int NOT NULL);",
    "database/hr/functions/twice.sql": (
        "CREATE FUNCTION hr.twice (@x int) RETURNS int AS BEGIN RETURN 2 * @x; END;"
    ),
    "database/hr/synonyms/folk.sql": "CREATE SYNONYM hr.folk FOR hr.people;",
    "database/hr/views/a_view.sql": (
        "CREATE VIEW hr.a_view AS SELECT hr.twice(f.id) AS two FROM hr.folk AS f;"
    ),
    "database/hr/procedures/add_ids.sql": (
        "CREATE PROCEDURE hr.add_ids @ids hr.ids READONLY AS INSERT INTO hr.people (id, name) SELECT i.id, "
        "N'x' "
        "FROM @ids AS i;"
    ),
    "database/hr/triggers/counts.sql": (
        "CREATE TRIGGER hr.counts ON hr.people AFTER INSERT AS UPDATE hr.people SET name = N'seen';"
    ),
}


def test_types_synonyms_functions_views_procedures_and_triggers_are_deployed(place: Place) -> None:
    place.people()
    for path, text in KINDS.items():
        place.write(path, text)
    assert len(place.apply().deployed) == 8
    place.sql("DECLARE @ids hr.ids; INSERT INTO @ids (id) VALUES (21); EXEC hr.add_ids @ids = @ids;")
    assert place.sql("SELECT two FROM hr.a_view;") == [{"two": 42}]
    assert place.sql("SELECT name FROM hr.people;") == [{"name": "seen"}]
    assert place.run("plan").code == 0
    assert place.drift() == []


def test_a_changed_synonym_is_dropped_and_made_anew(place: Place) -> None:
    place.people()
    place.write("database/hr/synonyms/folk.sql", KINDS["database/hr/synonyms/folk.sql"])
    place.apply()
    place.write("database/hr/synonyms/folk.sql", "CREATE SYNONYM hr.folk FOR hr.names;")
    assert place.apply().deployed == ("hr.folk",)
    assert place.sql("SELECT base_object_name AS base FROM sys.synonyms;") == [{"base": "[hr].[names]"}]
