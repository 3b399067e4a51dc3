"""Labels that are added while people work."""

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import Annotation, Recipe, Saved, Shape, TaskView

DOG = Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (9, 9)), label="dog", id="d"),))


def add_label(client, team, name, **more):
    return client.call("recipes.add_label", Recipe, campaign_id=team.campaign.campaign_id, name=name, **more)


def opened(team, **options):
    """Return a team whose annotators may add labels."""
    t = team(**options)
    spec = t.campaign.spec
    recipe = nb.Recipe(spec.recipe.labels, tags=spec.recipe.tags, open_labels=True)
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    version = t.version.dataset.create_version("v2").add_images(t.version.assets.df()["path"])
    t.campaign = version.create_campaign("August", recipe, flow)
    t.campaign.launch()
    return t


def test_a_manager_adds_a_label_while_people_work_and_it_can_be_used_at_once(team):
    t = team()
    view = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    save = {"task_id": view.task.task_id, "annotation": DOG, "revision": 0}
    with pytest.raises(InvalidInput, match="'dog', which is not in the recipe"):
        t["ana"].call("tasks.save", Saved, **save)
    recipe = add_label(t.workspace.client, t, "dog", color="#102030")
    assert [(v.name, v.color) for v in recipe.labels][-1] == ("dog", "#102030")
    assert t.campaign.spec.recipe == recipe
    assert t["ana"].call("tasks.save", Saved, **save).revision == 1
    again = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert again.recipe == recipe


def test_annotators_add_labels_only_where_the_recipe_lets_them(team):
    closed = team()
    with pytest.raises(NotAllowed, match="chosen by its manager"):
        add_label(closed["ana"], closed, "dog")
    t = opened(lambda **o: closed)
    assert [v.name for v in add_label(t["ana"], t, "dog").labels] == ["WBC", "RBC", "dog"]
    with pytest.raises(NotAllowed, match="only in a campaign that you work in"):
        add_label(t["ben"], t, "cat")


def test_a_new_label_has_a_color_that_no_other_has(team):
    t = team()
    colors = [v.color for v in add_label(t.workspace.client, t, "dog").labels]
    assert len(set(colors)) == 3


@pytest.mark.parametrize("name", ["WBC", "wbc"])
def test_a_label_that_is_there_is_not_added_again(team, name):
    t = team()
    with pytest.raises(Conflict, match="'WBC' already"):
        add_label(t.workspace.client, t, name)


def test_a_bad_name_or_color_is_refused_and_changes_nothing(team):
    t = team()
    before = t.campaign.spec
    for wrong in ({"name": " dog"}, {"name": ""}, {"name": "dog", "color": "brown"}):
        with pytest.raises(InvalidInput, match="Label"):
            add_label(t.workspace.client, t, **wrong)
    assert t.campaign.spec == before


def test_no_campaign_or_an_archived_one_takes_no_label(team):
    t = team()
    with pytest.raises(NotFound):
        t.workspace.client.call("recipes.add_label", Recipe, campaign_id=12345, name="dog")
    with pytest.raises(NotAllowed):
        t["ana"].call("recipes.add_label", Recipe, campaign_id=12345, name="dog")
    client = t.workspace.client
    with client.dispatcher.engine.write() as tx:
        tx.run("update data.campaigns set archived = now()::timestamp where campaign_id = $1", t.campaign.campaign_id)
    with pytest.raises(Refused, match="archived"):
        add_label(client, t, "dog")
