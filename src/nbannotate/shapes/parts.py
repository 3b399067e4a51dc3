"""Polygons of several rings taken apart and put together: a shape for each part, with its holes; one of several."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from nbannotate.model import Shape, new_shape_id
from nbannotate.shapes.base import FloatArray, shoelace
from nbannotate.shapes.polygon import of_rings, ring_arrays, surrounding, to_shapely


def apart(shape: Shape) -> list[Shape]:
    """Return a polygon for each part, with the holes in it, in the order of the parts; the first keeps the id.

    A ring that an even number of others surrounds is a part; one that an odd number surrounds is a hole of the smallest
    of them. All else of the shapes is that of the given one.
    """
    around = ring_arrays(shape)
    if len(around) == 1:
        return [shape]
    outer = surrounding(around)
    parts: dict[int, list[FloatArray]] = {i: [ring] for i, ring in enumerate(around) if len(outer[i]) % 2 == 0}
    for i, ring in enumerate(around):
        if len(outer[i]) % 2:
            owners = [j for j in outer[i] if j in parts] or [i]
            parts.setdefault(min(owners, key=lambda j: shoelace(around[j])), []).append(ring)
    made = [of_rings(shape, rings) for rings in parts.values()]
    return [made[0], *(replace(part, id=new_shape_id()) for part in made[1:])]


def together(shapes: Sequence[Shape]) -> Shape:
    """Return one polygon of several: the first one, with the rings of all of them.

    Where they touch or overlap, it has the rings around what they surround together.
    """
    import shapely

    first, areas = shapes[0], [to_shapely(ring_arrays(s)) for s in shapes]
    one, two = shapely.STRtree(areas).query(areas, predicate="intersects")
    if not (one != two).any():
        return of_rings(first, [ring for s in shapes for ring in ring_arrays(s)])
    whole = [part for part in shapely.get_parts(shapely.union_all(areas)) if shapely.get_dimensions(part) == 2]
    found = []
    for part in whole:
        holes = [shapely.get_interior_ring(part, n) for n in range(shapely.get_num_interior_rings(part))]
        found += [shapely.get_coordinates(ring)[:-1] for ring in (shapely.get_exterior_ring(part), *holes)]
    return of_rings(first, found)
