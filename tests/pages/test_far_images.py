"""Images in a bucket at an annotator's page: shown as others are; what cannot be fetched is said, and tried again."""

from __future__ import annotations

import pytest
from tests.remote.fixtures import bucket, far, moto_port  # noqa: F401  fixtures
from tests.remote.stores import KEY, SECRET, Counting, picture

import nbannotate as nb
from nbannotate.errors import Refused
from nbannotate.model import Annotation, TaskView
from nbannotate.pages.work import navigation
from nbannotate.remote import fetcher


@pytest.fixture
def at_work(bucket, place):  # noqa: F811
    """Return a function that gives ana a campaign on images of the bucket, none of which was opened."""

    def make(count=3, **options):
        for n in range(count):
            bucket.put(f"study/{n}.png", picture(320, 240, seed=n))
        number = next(place.town.number)
        version = place.ws.create_dataset(f"far {number}").create_version("v1")
        version.add_images(f"s3://{bucket.name}/study", sizes="later")
        steps = [nb.Step("draw", kind="annotation", assignees=["ana"])]
        campaign = version.create_campaign(f"Far {number}", nb.Recipe(labels=["RBC"]), nb.Workflow(steps), **options)
        campaign.launch()
        ana = place.person("ana")
        ana.desk.campaign_id = campaign.campaign_id
        navigation.home(ana.desk)
        return version, campaign, ana

    return make


def test_an_image_that_nobody_opened_is_annotated_as_any_other(at_work):
    version, campaign, ana = at_work()
    ana.starts(campaign)
    assert (ana.task.task.asset, ana.task.pictured) == ("0.png", True)
    assert (ana.task.view.width, ana.task.view.height) == (320, 240)
    assert (version.assets["0.png"].width, version.assets["1.png"].width) == (320, 0)
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert (ana.task.task.asset, ana.task.pictured) == ("1.png", True)
    assert len(version.shapes.df()) == 1


def test_the_next_image_is_fetched_while_one_works_on_this(at_work, bucket, moto_port, monkeypatch):  # noqa: F811
    counting = Counting(moto_port)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{counting.port}")
    fetcher.close()
    try:
        version, campaign, ana = at_work()
        ana.starts(campaign)
        timer = ana.desk.ahead._timer
        if timer is not None:
            timer.join(20)
        assert counting.asked["GET", f"/{bucket.name}/study/1.png"] == 1
        assert version.assets["1.png"].width == 320
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        assert ana.task.pictured
        assert counting.asked["GET", f"/{bucket.name}/study/1.png"] == 1
    finally:
        fetcher.close()
        counting.close()


def test_an_object_that_is_gone_is_said_without_saying_where_and_may_be_tried_again(at_work, bucket):  # noqa: F811
    _, campaign, ana = at_work()
    bucket.remove("study/0.png")
    said = ana.does("start", campaign=campaign.campaign_id, step=0)
    assert said == "The image 0.png cannot be fetched: it is not there any more."
    assert not ana.task.pictured
    assert ana.state.banner.action == "retry"
    assert "cannot be seen, so nothing can be said of it" in ana.does("submit")
    assert ana.does("retry") == said
    bucket.put("study/0.png", picture(320, 240))
    assert ana.does("retry") is None
    assert (ana.task.pictured, ana.state.banner, ana.task.view.width) == (True, None, 320)
    bucket.remove("study/1.png")
    assert ana.does("discard", text="Not wanted") is None
    assert not ana.task.pictured
    assert ana.state.banner.action == "retry"
    assert ana.does("skip", text="Its image is gone") is None
    assert (ana.task.task.asset, ana.task.pictured) == ("2.png", True)
    told = str(ana.told)
    for secret in (bucket.name, "s3://", KEY, SECRET, bucket.endpoint):
        assert secret not in told


def test_shapes_are_checked_against_a_size_that_was_read_for_them(at_work, town):
    version, campaign, _ = at_work()
    client = town.client("ana")
    view = client.call("tasks.pull", TaskView, campaign_id=campaign.campaign_id, step=0)
    assert view.width == 0
    outside = Annotation(shapes=(nb.Shape.rectangle(900, 900, 20, 20, "RBC"),))
    submit = {"task_id": view.task.task_id, "revision": 0}
    with pytest.raises(Refused, match="outside"):
        client.call("tasks.submit", type(None), annotation=outside, **submit)
    assert version.assets["0.png"].width == 320
