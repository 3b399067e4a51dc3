"""Labels without a colour of their own can be told apart, by eyes that do not see all colours, too."""

import numpy as np

import nbannotate as nb
from nbannotate.model.recipe import PALETTE

# Machado, Oliveira, Fernandes 2009: what dichromats see, as linear RGB.
EYES = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Ottosson 2020.
TO_LMS = [[0.41222147, 0.53633254, 0.05144599], [0.2119035, 0.6806995, 0.10739696], [0.08830246, 0.28171884, 0.6299787]]
TO_LAB = [
    [0.21045426, 0.7936178, -0.00407205],
    [1.9779985, -2.4285922, 0.4505937],
    [0.02590404, 0.78277177, -0.80867577],
]


def closest(colors, eye):
    """Return the smallest distance between two colours in OKLab, as an eye sees them."""
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.asarray(EYES[eye]).T, 0, 1)
    lab = np.cbrt(seen @ np.array(TO_LMS).T) @ np.array(TO_LAB).T
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    return distances[~np.eye(len(colors), dtype=bool)].min()


def test_colours_of_labels_can_be_told_apart():
    assert len(set(PALETTE)) == len(PALETTE) == 40
    for n, most, least in ((10, 0.15, 0.075), (20, 0.12, 0.065), (40, 0.08, 0.04)):
        assert closest(PALETTE[:n], "all colours") > most
        for eye in EYES:
            assert closest(PALETTE[:n], eye) > least, (n, eye)


def test_many_labels_have_as_many_colours_and_those_that_were_given_stay():
    given = nb.Label("mine", color=PALETTE[2])
    colors = [v.color for v in nb.Recipe([*(f"label {i}" for i in range(35)), given]).labels]
    assert len(set(colors)) == 36
    assert colors[-1] == PALETTE[2]
