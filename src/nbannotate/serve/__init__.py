"""Pages for members: a standalone Voilà server with logins, one owner per kernel, and everything else closed.

``serve(path)`` is what the command line calls. The other files: ``site`` (which pages exist, for which roles),
``sessions`` (the owner process, asked from the event loop), ``identity``, ``forms``, ``login`` and ``passwords``
(the site's own forms), ``kernels`` and ``keeper`` (a kernel's life), ``channel`` (which messages pass), ``render`` and
``handlers`` (a page), ``app`` (all together).
"""

import nbannotate.serve.lean  # noqa: F401  # isort: skip
from nbannotate.serve.app import serve
from nbannotate.serve.site import PAGES, Page

__all__ = ["PAGES", "Page", "serve"]
