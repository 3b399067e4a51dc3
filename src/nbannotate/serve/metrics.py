"""What Prometheus reads: the owner's operations, the kernels, and what the processes take.

It is served on a port of its own, on 127.0.0.1 only. Nothing in it names a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from nbannotate.errors import NbannotateError
from nbannotate.owner.client import SocketClient
from nbannotate.owner.measures import BOUNDS_S, Measures


def metrics_server(client: SocketClient, kernels: Any) -> HTTPServer:
    """Return a server that answers ``/metrics``; it listens nowhere yet.

    Parameters
    ----------
    client
        Of the workspace.
    kernels
        The kernel manager of the site.
    """
    registry = CollectorRegistry()
    registry.register(OfSite(client, kernels))
    return HTTPServer(Application([("/metrics", MetricsHandler, {"registry": registry})], log_function=lambda _: None))


class MetricsHandler(RequestHandler):  # type: ignore[misc]
    """Sends the metrics as text."""

    _thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")

    def initialize(self, registry: CollectorRegistry) -> None:
        """Remember what is collected."""
        self.registry = registry

    def prepare(self) -> None:
        """Refuse a page that was led here by a name of its own."""
        if self.request.host_name not in ("127.0.0.1", "localhost"):
            raise HTTPError(403)

    async def get(self) -> None:
        """Collect in a thread: the owner is asked, and must not keep the site waiting."""
        text = await asyncio.get_running_loop().run_in_executor(self._thread, generate_latest, self.registry)
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        await self.finish(text)


class OfSite(Collector):
    """Collects what the owner measured, and looks at the processes.

    Parameters
    ----------
    client, kernels
        As of :func:`metrics_server`.
    """

    def __init__(self, client: SocketClient, kernels: Any) -> None:
        self.client, self.kernels = client, kernels

    def collect(self) -> Iterator[Metric]:
        """Give every metric."""
        try:
            measures = self.client.measures()
        except NbannotateError:
            measures = None
        yield GaugeMetricFamily(
            "nbannotate_owner_up", "Whether the process that owns the workspace answers.", value=measures is not None
        )
        if measures is not None:
            yield from _of_operations(measures)
        yield from self._of_kernels()
        pids = {"server": [psutil.Process().pid], "owner": [measures.pid] if measures else [], "kernels": self._pids()}
        yield from _of_processes(pids)

    def _of_kernels(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "nbannotate_kernels", "Kernels: those of members, and those that wait, started.", labels=["state"]
        )
        mine = [kernel for kernel in list(self.kernels.of_members.values()) if not kernel.ended]
        states.add_metric(["member"], len(mine))
        states.add_metric(["spare"], len(self.kernels.spares))
        yield states
        yield GaugeMetricFamily(
            "nbannotate_members_waiting", "Members who wait for a kernel.", value=len(self.kernels.places)
        )
        people = {kernel.user.login for kernel in mine if kernel.user is not None}
        yield GaugeMetricFamily("nbannotate_members", "Members who have a page open.", value=len(people))

    def _pids(self) -> list[int]:
        kernels = [*self.kernels.of_members.values(), *self.kernels.spares]
        return [kernel.pid for kernel in kernels if kernel.pid]


def _of_operations(measures: Measures) -> Iterator[Metric]:
    """Give what the owner counted."""
    took = HistogramMetricFamily(
        "nbannotate_operation_seconds", "From a request to its answer, by operation.", labels=["operation"]
    )
    errors = CounterMetricFamily(
        "nbannotate_operation_errors", "Requests that were answered with an error.", labels=["operation", "kind"]
    )
    for name, its in sorted(measures.operations.items()):
        total, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), its.counts, strict=True):
            total += count
            buckets.append((bound, total))
        took.add_metric([name], buckets, its.seconds)
        errors.add_metric([name, "refused"], its.refused)
        errors.add_metric([name, "failed"], its.failed)
    waiting = GaugeMetricFamily(
        "nbannotate_waiting", "Requests that wait for a thread of the owner.", labels=["thread"]
    )
    for name, count in sorted(measures.waiting.items()):
        waiting.add_metric([name], count)
    yield from (took, errors, waiting)


def _of_processes(pids: dict[str, list[int]]) -> Iterator[Metric]:
    """Give what processes take, by what they are; one that has just ended takes nothing."""
    memory = GaugeMetricFamily("nbannotate_resident_bytes", "Memory in use, by kind of process.", labels=["process"])
    spent = GaugeMetricFamily(
        "nbannotate_cpu_seconds", "Processor time of the processes that run, by their kind.", labels=["process"]
    )
    for kind, some in pids.items():
        resident = seconds = 0.0
        for pid in some:
            try:
                process = psutil.Process(pid)
                with process.oneshot():
                    resident += process.memory_info().rss
                    seconds += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        memory.add_metric([kind], resident)
        spent.add_metric([kind], seconds)
    yield from (memory, spent)
