"""Of a file with many frames the owner sends the one that is looked at."""

from __future__ import annotations

import numpy as np
from PIL import Image

from nbannotate import imaging
from nbannotate.owner.client import SocketClient
from nbannotate.workspace import Workspace


def test_one_frame_travels_and_no_file_is_left_behind(workspace_path, tmp_path):
    pages = [Image.fromarray(np.full((200, 300), 1000 * i, np.uint16)) for i in range(9)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    client = SocketClient(workspace_path)
    version = Workspace(client).create_dataset("d").create_version("v").add_images(tmp_path / "stack.tif")
    body = client.image(int(version.assets.df()["asset_id"][4]))
    assert set(imaging.read(body).values.ravel()) == {4000}
    assert len(body) < (tmp_path / "stack.tif").stat().st_size / 4
    assert [file.name for file in client.place.spool.iterdir()] == ["answers"]
    client.close()
