"""What is drawn and what is pressed arrive in several threads; what came last is what stands."""

from __future__ import annotations

import threading

import nbannotate as nb


def test_a_change_that_is_heard_late_does_not_take_back_what_came_after_it(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    desk, canvas = ana.desk, ana.page.canvas
    shape = nb.Shape(kind="rectangle", points=((10, 10), (50, 40)), label="RBC")
    heard = threading.Event()

    def late() -> None:
        heard.set()
        desk.tasks.changed(())

    with desk.store.lock:  # somebody else is at the state
        thread = threading.Thread(target=late)
        thread.start()  # while nothing is drawn
        heard.wait(20)
        thread.join(0.05)  # until it waits for the state
        canvas.set_shapes([shape])
        assert len(ana.task.annotation.shapes) == 1
    thread.join(20)
    assert len(ana.task.annotation.shapes) == 1
