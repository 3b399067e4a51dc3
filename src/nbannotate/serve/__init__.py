"""Pages for members: a standalone Voilà server with logins, one owner per kernel, and everything else closed.

``serve(path)`` is what the command line calls. The other files: ``site`` (which pages exist, for which roles),
``sessions`` (the owner process, asked from the event loop), ``identity``, ``forms``, ``login`` and ``passwords``
(the site's own forms), ``hub`` and ``hub_login`` (JupyterHub's in their place), ``kernels`` and ``keeper`` (a kernel's
life), ``ipykernel_launcher`` (its process), ``channel`` (which messages pass), ``render`` and ``handlers`` (a page),
``door`` and ``forwarded`` (who gets a connection, and where it began), ``options`` (of the command line), ``app`` (all
together).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbannotate.serve.app import serve
    from nbannotate.serve.site import PAGES, Page

__all__ = ["PAGES", "Page", "serve"]


def __getattr__(name: str) -> Any:  # loaded when it is used: a kernel and the command line need none of the server
    if name not in __all__:
        raise AttributeError(f"module 'nbannotate.serve' has no attribute {name!r}")
    from nbannotate.serve import app, site

    return getattr(app if name == "serve" else site, name)
