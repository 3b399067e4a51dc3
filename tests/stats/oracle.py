"""Every table counted again from the rows that were planted, row by row in plain Python."""

import datetime as dt
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from grown import Grown, Row

HANDED_IN = ("submitted", "accepted", "accepted_with_edits", "rework", "rejected")
FATES = {"submitted": "annotated", "accepted": "accepted", "accepted_with_edits": "accepted", "rework": "reworked"}


class Oracle:
    """What the tables should say of one scope, with filters as they are typed (times naive UTC, names in lists)."""

    def __init__(self, world: Grown, scope: str, now: dt.datetime, by: str = "day", tz: str | None = None,
                 start: dt.datetime | None = None, end: dt.datetime | None = None, member: list[str] | None = None,
                 step: list[str] | None = None, label: list[str] | None = None) -> None:  # fmt: skip
        self.world, self.scope, self.now, self.by, self.tz = world, scope, now, by, tz
        self.start, self.end = start or dt.datetime.min, end or dt.datetime.max
        self.members, self.step, self.label = member, step, label
        handle = world.scopes[scope]
        self.campaigns = [
            c for c, row in world.campaigns.items()
            if scope in ("workspace", "dataset") or c == getattr(handle, "campaign_id", None)
            or (scope in ("v1", "v2") and row["version_id"] == handle.version_id)
        ]  # fmt: skip
        self.annotations = {n["annotation_id"]: n for n in world.rows["annotations"]}
        self.shapes: dict[int, list[Row]] = defaultdict(list)
        for shape in world.rows["shapes"]:
            self.shapes[shape["annotation_id"]].append(shape)
        self.tasks = {t["task_id"]: t for t in world.rows["tasks"]}

    # What the filters let pass --------------------------------------------------------------------------------------

    def period(self, moment: dt.datetime) -> Any:
        """The beginning of the period of a moment, as the table writes it."""
        here = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.tz or "UTC"))
        floor = here.replace(minute=0, second=0, microsecond=0, fold=0)
        if self.by != "hour":
            floor = floor.replace(hour=0)
        if self.by == "week":
            floor -= dt.timedelta(days=floor.weekday())
        if self.by == "month":
            floor = floor.replace(day=1)
        return floor.astimezone(dt.UTC).replace(tzinfo=None)

    def inside(self, moment: dt.datetime) -> bool:
        return self.start <= moment < self.end

    def who(self, member: str | None) -> bool:
        return self.members is None or member in self.members

    def at(self, row: Row) -> bool:
        return self.step is None or self.world.steps[row["campaign_id"]][row["step"]][0] in self.step

    def kind(self, row: Row) -> str:
        return self.world.steps[row["campaign_id"]][row["step"]][1]

    def named(self, label: str | None) -> bool:
        return self.label is None or label in self.label

    def of_tasks(self, wanted: Callable[[Row], bool]) -> list[Row]:
        return [
            t for t in self.world.rows["tasks"]
            if t["campaign_id"] in self.campaigns and wanted(t) and self.who(t["_assignee"]) and self.at(t)
            and self.inside(t["closed"] or self.now)
        ]  # fmt: skip

    def handed_in(self) -> list[Row]:
        return self.of_tasks(lambda t: t["outcome"] in HANDED_IN)

    def held(self) -> list[Row]:
        return self.of_tasks(lambda t: t["_assignee"] is not None)

    def closed(self) -> list[Row]:
        return self.of_tasks(lambda t: t["outcome"] is not None and t["_assignee"] is not None)

    def current(self) -> list[Row]:
        return self.of_tasks(lambda t: t["is_current"])

    def said(self) -> list[Row]:
        """The latest revisions, each once."""
        handle = self.world.scopes[self.scope]
        if self.scope in ("One", "Two") or self.scope in ("v1", "v2"):
            shown = set(self.world.heads[handle.version_id].values())
        else:
            shown = {n for heads in self.world.heads.values() for n in heads.values()}
        found = [self.annotations[n] for n in sorted(shown)]
        return [
            n for n in found
            if (self.scope not in ("One", "Two") or n["campaign_id"] == handle.campaign_id)
            and self.who(n["_member"]) and self.inside(n["created"]) and self.said_at(n)
        ]  # fmt: skip

    def said_at(self, n: Row) -> bool:
        """Whether the step lets a revision pass; what a version only began with was said at no step of it."""
        own = n["version_id"]
        handle = self.world.scopes[self.scope]
        inherited = self.scope in ("v1", "v2") and own != handle.version_id
        inherited = inherited or self.world.heads[own].get(n["asset_id"]) != n["annotation_id"]
        return self.step is None or (not inherited and self.at(self.tasks[n["task_id"]]))

    def drawn(self) -> Iterator[tuple[Row, Row, Row]]:
        """The shapes of those, each with its revision and its image."""
        for n in self.said():
            for shape in self.shapes[n["annotation_id"]]:
                if self.named(shape["label"]):
                    yield shape, n, self.world.assets[n["asset_id"]]

    def of_issues(self) -> list[Row]:
        return [
            i for i in self.world.rows["issues"]
            if i["campaign_id"] in self.campaigns and self.who(i["_author"]) and self.at(self.tasks[i["task_id"]])
        ]  # fmt: skip

    def changes(self) -> list[tuple[str, dt.datetime, Row]]:
        mine = {i["issue_id"]: i for i in self.of_issues()}
        found = [("opened", i["created"], i) for i in mine.values()]
        found += [("closed", i["closed"], i) for i in mine.values() if i["closed"]]
        found += [("reopened", e["created"], e["_issue"]) for e in self.world.rows["events"]
                  if e["_issue"]["issue_id"] in mine]  # fmt: skip
        return found

    def stretches(self) -> list[Row]:
        return [
            a for a in self.world.rows["activity"]
            if a["campaign_id"] in self.campaigns and self.who(a["_member"]) and self.at(a)
            and self.named(a["label"])
        ]  # fmt: skip

    # The tables -----------------------------------------------------------------------------------------------------

    def progress(self) -> Iterator[Row]:
        for c in self.campaigns:
            row = self.world.campaigns[c]
            mine = [t for t in self.current() if t["campaign_id"] == c]
            states = Counter(t["state"] for t in mine)
            done, skipped, steps = states["done"], states["skipped"], len(self.world.steps[c])
            yield {
                "campaign_id": c, "campaign": row["name"], "total": len(mine), "done": done, "skipped": skipped,
                "remaining": len(mine) - done - skipped,
                "share": (done + skipped) / len(mine) if mine else math.nan,
                "submitted": sum(steps if t["state"] == "done" else t["step"] for t in mine),
                "to_submit": sum(t["step"] if t["state"] == "skipped" else steps for t in mine),
            }  # fmt: skip

    def tasks_table(self) -> Iterator[Row]:
        counts = Counter(
            (t["campaign_id"], t["step"],
             "waiting" if t["state"] == "in_progress" and not t["_assignee"] else t["state"])
            for t in self.current()
        )  # fmt: skip
        for c in self.campaigns:
            for i, (name, kind) in enumerate(self.world.steps[c]):
                for state in ("waiting", "in_progress", "to_rework", "done", "skipped"):
                    if self.at({"campaign_id": c, "step": i}):
                        yield {"campaign_id": c, "step": i, "step_name": name, "kind": kind, "state": state,
                               "tasks": counts[c, i, state]}  # fmt: skip

    def throughput(self) -> Iterator[Row]:
        for (period, member, kind), its in grouped(
            self.handed_in(), lambda t: (self.period(t["closed"]), t["_assignee"], self.kind(t))
        ):
            yield {"period": period, "member": member, "kind": kind, "tasks": len(its),
                   "reworked": sum(t["outcome"] == "rework" for t in its),
                   "worked_s": sum(t["worked_s"] for t in its)}  # fmt: skip

    def time_per_task(self) -> Iterator[Row]:
        for (c, step, member), its in grouped(self.closed(), lambda t: (t["campaign_id"], t["step"], t["_assignee"])):
            times = sorted(t["worked_s"] for t in its)
            yield {"campaign_id": c, "step": step, "member": member, "tasks": len(its), "total_s": sum(times),
                   "mean_s": statistics.fmean(times), "median_s": statistics.median(times), "min_s": times[0],
                   "max_s": times[-1], "q1_s": quantile(times, 0.25), "p95_s": quantile(times, 0.95)}  # fmt: skip

    def task_times(self) -> Iterator[Row]:
        for t in self.closed():
            yield {"task_id": t["task_id"], "member": t["_assignee"], "outcome": t["outcome"], "closed": t["closed"],
                   "worked_s": t["worked_s"], "round": t["round"]}  # fmt: skip

    def members_table(self) -> Iterator[Row]:
        for member, its in grouped(self.held(), lambda t: t["_assignee"]):
            fates = Counter(FATES.get(t["outcome"], t["outcome"]) if t["outcome"] else t["state"] for t in its)
            times = [t["worked_s"] for t in its if t["outcome"]]
            yield {"member": member, **{f: fates[f] for f in ("in_progress", "to_rework", "annotated", "accepted",
                                                             "reworked", "skipped")},
                   "worked_s": sum(times), "mean_s": statistics.fmean(times) if times else math.nan,
                   "last": max((t["closed"] for t in its if t["closed"]), default=None)}  # fmt: skip

    def issue_states(self) -> Iterator[Row]:
        counts = Counter(i["state"] for i in self.of_issues() if self.inside(i["closed"] or self.now))
        for state in ("open", "for_review", "resolved"):
            yield {"state": state, "issues": counts[state]}

    def issues(self) -> Iterator[Row]:
        """Only periods in which something happened."""
        changes = [(c, t) for c, t, _ in self.changes() if self.inside(t)]
        for period, its in grouped(changes, lambda c: self.period(c[1])):
            n = Counter(c for c, _ in its)
            yield {"period": period, "opened": n["opened"], "reopened": n["reopened"], "closed": n["closed"]}

    def issue_types(self) -> Iterator[Row]:
        changes = [(c, t, i) for c, t, i in self.changes() if self.inside(t) and c != "closed"]

        def kind(i: Row) -> str:
            return "shape" if i["shape_id"] else "zone" if i.get("x0") is not None else "image"

        for (period, type_), its in grouped(changes, lambda c: (self.period(c[1]), kind(c[2]))):
            n = Counter(c for c, _, _ in its)
            yield {"period": period, "type": type_, "opened": n["opened"], "reopened": n["reopened"]}

    def lead_times(self) -> Iterator[Row]:
        done = [t for t in self.current() if t["state"] == "done" and t["closed"]]
        first = {}
        for t in self.world.rows["tasks"]:
            if t["opened"]:
                key = t["campaign_id"], t["asset_id"]
                first[key] = min(first.get(key, t["opened"]), t["opened"])
        for period, its in grouped(done, lambda t: self.period(t["closed"])):
            leads = sorted((t["closed"] - first[t["campaign_id"], t["asset_id"]]).total_seconds() for t in its)
            yield {"period": period, "assets": len(its), "mean_s": statistics.fmean(leads),
                   "median_s": statistics.median(leads), "p90_s": quantile(leads, 0.9)}  # fmt: skip

    def hours(self) -> Iterator[Row]:
        sums: dict[Any, Counter[str]] = defaultdict(Counter)
        periods: dict[dt.datetime, Any] = {}  # they begin at full minutes
        for a in self.stretches():
            length = int((a["ended"] - a["started"]).total_seconds())
            for second in range(length):
                moment = a["started"] + dt.timedelta(seconds=second)
                if self.inside(moment):
                    minute = moment.replace(second=0)
                    period = periods.get(minute) or periods.setdefault(minute, self.period(minute))
                    for name in ("worked_s", "shown_s", "editing_s"):
                        sums[period, a["_member"]][name] += (a[name] or 0.0) / length
        for (period, member), times in sorted(sums.items()):
            yield {"period": period, "member": member,
                   **{n: times[n] for n in ("worked_s", "shown_s", "editing_s")}}  # fmt: skip

    def rates(self) -> Iterator[Row]:
        nothing = {n["task_id"] for n in self.annotations.values()
                   if n["nothing_to_label"] and n["source"] == "annotation"}  # fmt: skip
        for period, its in grouped(self.handed_in(), lambda t: self.period(t["closed"])):
            n = Counter(t["outcome"] for t in its)
            accepted = n["accepted"] + n["accepted_with_edits"]
            reviewed = accepted + n["rework"] + n["rejected"]
            annotated = [t for t in its if self.kind(t) == "annotation"]
            none = sum(t["task_id"] in nothing for t in annotated)
            yield {"period": period, "annotated": len(annotated), "nothing": none, "reviewed": reviewed,
                   "accepted": accepted, "edited": n["accepted_with_edits"], "reworked": n["rework"],
                   "rejected": n["rejected"], "nothing_rate": ratio(none, len(annotated)),
                   "accept_rate": ratio(accepted, reviewed), "rework_rate": ratio(n["rework"], reviewed)}  # fmt: skip

    def shapes_table(self) -> Iterator[Row]:
        for (label, kind), its in grouped(self.drawn(), lambda s: (s[0]["label"], s[0]["kind"])):
            yield {"label": label, "kind": kind, "shapes": len(its), "assets": len({n["asset_id"] for _, n, _ in its}),
                   "mean_area": statistics.fmean(s["area"] for s, _, _ in its)}  # fmt: skip

    def shapes_per_asset(self) -> Iterator[Row]:
        per = Counter(n["annotation_id"] for _, n, _ in self.drawn())
        for number, times in sorted(Counter(per[n["annotation_id"]] for n in self.said()).items()):
            yield {"shapes": number, "assets": times}

    def shape_sizes(self) -> Iterator[Row]:
        counts: Counter[Any] = Counter()
        for s, _, image in self.drawn():
            if s["area"] > 0:
                for measure, value, bins in (
                    ("area", s["area"], 1),
                    ("ratio", s["width"] / s["height"], 2),
                    ("share", s["area"] / (image["width"] * image["height"]), 1),
                ):
                    number = -200
                    while 2 ** ((number + 1) / bins) <= value * (1 + 1e-10):
                        number += 1
                    counts[measure, s["label"], number] += 1
        for (measure, label, number), n in sorted(counts.items()):
            bins = 2 if measure == "ratio" else 1
            yield {"measure": measure, "label": label, "bin": number, "low": 2 ** (number / bins),
                   "high": 2 ** ((number + 1) / bins), "shapes": n}  # fmt: skip

    def shape_places(self) -> Iterator[Row]:
        counts: Counter[Any] = Counter()
        for s, _, image in self.drawn():
            x = int((s["x"] + s["width"] / 2) * 32 // image["width"])
            y = int((s["y"] + s["height"] / 2) * 32 // image["height"])
            counts[min(31, y), min(31, x)] += 1
        for (y, x), n in sorted(counts.items()):
            yield {"x_cell": x, "y_cell": y, "shapes": n}

    def asset_sizes(self) -> Iterator[Row]:
        images = [self.world.assets[n["asset_id"]] for n in self.said()]
        for (width, height), n in sorted(Counter((i["width"], i["height"]) for i in images).items()):
            yield {"width": width, "height": height, "assets": n, "megapixels": width * height / 1e6}

    def revision_before(self, n: Row) -> list[Row]:
        """The shapes that a version showed before a revision was made in it."""
        mine = [
            a for a, o in self.annotations.items()
            if o["asset_id"] == n["asset_id"] and a < n["annotation_id"] and o["version_id"] == n["version_id"]
            and o["origin"] != "copy"
        ]  # fmt: skip
        began = self.world.began.get(n["version_id"], {}).get(n["asset_id"])
        return self.shapes[max(mine, default=began)] if mine or began else []

    def edits(self, task: Row) -> Counter[str]:
        """What a review changed."""
        found: Counter[str] = Counter()
        for n in self.annotations.values():
            if n["task_id"] != task["task_id"]:
                continue
            before = {s["shape_id"]: s for s in self.revision_before(n)}
            after = {s["shape_id"]: s for s in self.shapes[n["annotation_id"]]}
            for shape in before.keys() | after.keys():
                a, b = after.get(shape), before.get(shape)
                if a is None or b is None:
                    found["added" if b is None else "removed"] += 1
                    found["any"] += 1
                    continue
                moved = any(abs(a[c] - b[c]) > 0.011 for c in ("x", "y", "width", "height"))
                other = a["label"] != b["label"]
                found["moved"] += moved
                found["relabeled"] += other
                found["any"] += moved or other
        return found

    def reviewer_edits(self) -> Iterator[Row]:
        reviews = [t for t in self.handed_in() if self.kind(t) == "review"]
        for (c, step, member), its in grouped(reviews, lambda t: (t["campaign_id"], t["step"], t["_assignee"])):
            each = [self.edits(t) for t in its]
            total = sum(each, Counter())
            yield {"campaign_id": c, "step": step, "member": member, "reviews": len(its),
                   "edited": sum(e["any"] > 0 for e in each),
                   **{n: total[n] for n in ("added", "removed", "moved", "relabeled")},
                   "edits_per_review": total["any"] / len(its)}  # fmt: skip

    def last_said(self) -> dict[Any, Row]:
        """The last revision that each job made of each image."""
        held = {t["task_id"]: t for t in self.held()}
        found = {}
        for n in self.annotations.values():
            if n["task_id"] in held:
                t = held[n["task_id"]]
                found[t["campaign_id"], t["step"], t["_assignee"], t["asset_id"]] = n
        return found

    def jobs(self) -> Iterator[Row]:
        objects: Counter[Any] = Counter()
        for key, n in self.last_said().items():
            objects[key[:3]] += len(self.shapes[n["annotation_id"]])
        for (c, step, member), its in grouped(self.held(), lambda t: (t["campaign_id"], t["step"], t["_assignee"])):
            opened = [t["opened"] for t in its if t["opened"]]
            closed = [t["closed"] for t in its if t["closed"]]
            yield {
                "campaign_id": c, "step": step, "member": member, "assets": len({t["asset_id"] for t in its}),
                "remaining": sum(t["outcome"] is None for t in its),
                "labelled": len({t["asset_id"] for t in its if t["outcome"] in HANDED_IN}),
                "objects": objects[c, step, member], "first": min(opened, default=None),
                "last": max(closed, default=None),
                "duration_s": (max(closed) - min(opened)).total_seconds() if opened and closed else math.nan,
                "worked_s": sum(t["worked_s"] for t in its), "editing_s": sum(t["editing_s"] or 0 for t in its),
                "shown_s": sum(t["shown_s"] or 0 for t in its),
            }  # fmt: skip

    def job_labels(self) -> Iterator[Row]:
        found: dict[Any, Row] = defaultdict(lambda: {"assets": set(), "objects": 0, "editing_s": 0.0})
        for (c, step, member, asset), n in self.last_said().items():
            for shape in self.shapes[n["annotation_id"]]:
                if self.named(shape["label"]):
                    row = found[c, step, member, shape["label"]]
                    row["assets"].add(asset)
                    row["objects"] += 1
        for a in self.stretches():
            if self.inside(a["ended"]) and a["label"] and a["editing_s"]:
                found[a["campaign_id"], a["step"], a["_member"], a["label"]]["editing_s"] += a["editing_s"]
        for (c, step, member, label), row in sorted(found.items()):
            yield {"campaign_id": c, "step": step, "member": member, "label": label, "assets": len(row["assets"]),
                   "objects": row["objects"], "editing_s": row["editing_s"],
                   "mean_s": ratio(row["editing_s"], row["objects"])}  # fmt: skip

    def job_assets(self) -> Iterator[Row]:
        said = self.last_said()
        for key, its in grouped(self.held(), lambda t: (t["campaign_id"], t["step"], t["_assignee"], t["asset_id"])):
            last = max(its, key=lambda t: t["task_id"])
            yield {
                "campaign_id": key[0], "step": key[1], "member": key[2],
                "asset": self.world.assets[key[3]]["name"], "rounds": len(its), "outcome": last["outcome"],
                "objects": len(self.shapes[said[key]["annotation_id"]]) if key in said else 0,
                "opened": min((t["opened"] for t in its if t["opened"]), default=None), "closed": last["closed"],
                "worked_s": sum(t["worked_s"] for t in its), "editing_s": sum(t["editing_s"] or 0 for t in its),
                "shown_s": sum(t["shown_s"] or 0 for t in its),
            }  # fmt: skip

    def judged(self) -> Iterator[tuple[str, Row]]:
        for t in self.world.rows["tasks"]:
            review = self.kind(t) == "review" and t["outcome"] in HANDED_IN and self.at(t)
            if review and t["campaign_id"] in self.campaigns and self.inside(t["closed"]):
                before = [
                    a
                    for a in self.world.rows["tasks"]
                    if a["outcome"] == "submitted"
                    and (a["campaign_id"], a["asset_id"]) == (t["campaign_id"], t["asset_id"])
                    and a["closed"] <= t["closed"]
                ]
                author = max(before, key=lambda a: a["task_id"])["_assignee"]
                if self.who(author):
                    yield author, t

    def member_work(self) -> Iterator[Row]:
        held, handed, judged = self.held(), self.handed_in(), list(self.judged())
        spent = [a for a in self.stretches() if self.inside(a["ended"])]
        objects = Counter(dict.fromkeys(self.world.members, 0))
        for (c, step, member, _), n in self.last_said().items():
            drew = self.kind({"campaign_id": c, "step": step}) == "annotation"
            objects[member] += len(self.shapes[n["annotation_id"]]) * drew
        for member in self.world.members:
            jobs = defaultdict(list)
            for t in held:
                if t["_assignee"] == member:
                    jobs[t["campaign_id"], t["step"]].append(t)
            mine = [t for t in handed if t["_assignee"] == member]
            reviews = [t for who, t in judged if who == member]
            times = [a for a in spent if a["_member"] == member]
            if not (jobs or times or reviews):
                continue
            accepted = sum(t["outcome"].startswith("accepted") for t in reviews)
            yield {
                "member": member, "labelling_s": sum(a["worked_s"] for a in times if self.kind(a) == "annotation"),
                "reviewing_s": sum(a["worked_s"] for a in times if self.kind(a) == "review"), "jobs": len(jobs),
                "completed": sum(all(t["outcome"] for t in its) for its in jobs.values()),
                "labelled": len({(t["campaign_id"], t["asset_id"]) for t in mine if self.kind(t) == "annotation"}),
                "objects": objects[member],
                "reviewed": len({(t["campaign_id"], t["asset_id"]) for t in mine if self.kind(t) == "review"}),
                "judged": len(reviews), "accepted": accepted, "acceptance": ratio(accepted, len(reviews)),
            }  # fmt: skip


#: By name of the table, where a method cannot have it.
NAMES = {"tasks": "tasks_table", "members": "members_table", "shapes": "shapes_table"}


def expected(oracle: Oracle, table: str) -> list[Row]:
    """Return the rows of a table."""
    return list(getattr(oracle, NAMES.get(table, table))())


def grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> list[tuple[Any, list[Any]]]:
    """Return rows by key, in the order of the keys."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return sorted(found.items())


def quantile(values: list[float], at: float) -> float:
    """Return a quantile of sorted values, with a line between two of them."""
    place = at * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def ratio(part: float, whole: float) -> float:
    """Return a share; missing if there is nothing."""
    return part / whole if whole else math.nan
