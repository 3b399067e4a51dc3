"""Campaigns that were written when tags were names alone are read as before."""

import json

import duckdb
import msgspec

import nbannotate as nb
from nbannotate.model import CampaignSpec
from nbannotate.store import migrations


def test_names_of_tags_become_tags_and_nothing_else_changes():
    connection = duckdb.connect(":memory:")
    label = {"name": "cell", "color": "#e69f00", "attributes": [{"name": "x", "default": None}], "skeleton": None}
    steps = [{"name": "draw", "kind": "annotation", "assignees": ["ana"]}]
    for version, _, sql in migrations.MIGRATIONS:
        if version == 5:
            for i, tags in enumerate(([], ['a "b"', "it's"])):
                recipe = {"labels": [label], "tags": tags, "max_shapes": None, "max_tags": 3}
                spec = {"name": f"July {i}", "recipe": recipe, "workflow": {"steps": steps}, "instructions": "# µ\n"}
                connection.execute(
                    "insert into data.campaigns (campaign_id, version_id, name, spec, created) "
                    "values (?, 1, ?, ?, now()::timestamp)",
                    [i, spec["name"], json.dumps(spec)],
                )
        connection.execute(sql)
    rows = connection.execute("select spec from data.campaigns order by campaign_id").fetchall()
    bare, tagged = [msgspec.json.decode(row[0], type=CampaignSpec) for row in rows]
    assert bare.recipe.tags == ()
    assert tagged.recipe.tags == (nb.Tag('a "b"'), nb.Tag("it's"))
    assert (tagged.recipe.max_tags, tagged.instructions) == (3, "# µ\n")
    assert msgspec.structs.replace(tagged.recipe, tags=()) == bare.recipe
