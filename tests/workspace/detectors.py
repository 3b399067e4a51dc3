"""Stand-ins for what other libraries return: the same attributes as the real classes, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Detections:
    """As ``supervision.Detections``: a dataclass of arrays, ``data`` with further columns."""

    xyxy: np.ndarray
    mask: np.ndarray | None = None
    confidence: np.ndarray | None = None
    class_id: np.ndarray | None = None
    tracker_id: np.ndarray | None = None
    data: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.xyxy)

    def __iter__(self):
        for i in range(len(self.xyxy)):
            yield (
                self.xyxy[i],
                self.mask[i] if self.mask is not None else None,
                self.confidence[i] if self.confidence is not None else None,
                self.class_id[i] if self.class_id is not None else None,
                self.tracker_id[i] if self.tracker_id is not None else None,
                {k: v[i] for k, v in self.data.items()},
            )


class Tensor:
    """As ``torch.Tensor`` on a graphics card that needs a gradient: no array until it is detached and copied."""

    def __init__(self, values: Any, *, detached: bool = False, here: bool = False) -> None:
        self._values, self._detached, self._here = np.asarray(values), detached, here
        self.shape, self.dtype, self.ndim = self._values.shape, "torch.float32", self._values.ndim

    def detach(self) -> Tensor:
        return Tensor(self._values, detached=True, here=self._here)

    def cpu(self) -> Tensor:
        return Tensor(self._values, detached=self._detached, here=True)

    def tolist(self) -> Any:
        return self._values.tolist()

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if not self._detached or not self._here:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().cpu().")
        return self._values if dtype is None else self._values.astype(dtype)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self):
        return (Tensor(v, detached=self._detached, here=self._here) for v in self._values)


class PolarsSeries:
    """As a Series of polars."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def to_list(self) -> list[Any]:
        return list(self._values)


class PolarsFrame:
    """As a DataFrame of polars: columns are a list of texts, rows are had by name."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    @property
    def shape(self) -> tuple[int, int]:
        return len(next(iter(self._columns.values()))), len(self._columns)

    def __getitem__(self, name: str) -> PolarsSeries:
        return PolarsSeries(self._columns[name])

    def to_dict(self, *, as_series: bool = True) -> dict[str, Any]:
        return dict(self._columns)
