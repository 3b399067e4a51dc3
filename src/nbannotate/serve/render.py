"""Turns a notebook into a page: Voilà's renderer, with our template, in a kernel that waits already."""

from __future__ import annotations

from typing import Any

import nbformat
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer
from voila.utils import get_page_config

from nbannotate.serve.settings import EXTENSIONS, MANAGER_EXTENSIONS
from nbannotate.serve.site import Page
from nbannotate.texts import Texts


class Renderer(NotebookRenderer):  # type: ignore[misc]
    """Renders one page once."""

    @classmethod
    def of(cls, site: Any, page: Page, texts: Texts) -> Renderer:
        """Return a renderer of a page.

        Parameters
        ----------
        site
            The application.
        page
            The page; its notebook lies in the site's folder of notebooks.
        texts
            In the language of who opens it.
        """
        config = get_page_config(
            base_url=site.base_url,
            settings=site.app.settings,
            log=site.log,
            voila_configuration=site.voila_configuration,
        )
        allowed = EXTENSIONS if "annotator" in page.roles else MANAGER_EXTENSIONS
        config["federated_extensions"] = [e for e in config["federated_extensions"] if e["name"] in allowed]
        config["fullStaticUrl"] = site.static_url.rstrip("/")
        config["fullLabextensionsUrl"] = site.extensions_url.rstrip("/")
        config["fullMathjaxUrl"] = config["mathjaxConfig"] = None  # or MathJax would be loaded from another server
        renderer = cls(
            voila_configuration=site.voila_configuration,
            traitlet_config=site.config,
            notebook_path=page.notebook,
            template_paths=site.template_paths,
            config_manager=site.config_manager,
            contents_manager=site.contents_manager,
            base_url=site.base_url,
            kernel_spec_manager=site.kernel_spec_manager,
            page_config=config,
        )
        renderer.page, renderer.folder, renderer.log = page, site.notebooks, site.log
        renderer.hub = site.hub is not None
        renderer.texts = texts
        return renderer

    async def initialize(self, **kwargs: Any) -> None:
        """Load the notebook and give the template what it shows."""
        await super().initialize(**kwargs)
        self.resources["page_title"] = self.texts.said(self.page.title)
        self.resources["t"], self.resources["hub"] = self.texts, self.hub

    async def load_notebook(self, path: str) -> Any:
        """Return the notebook, to be run by the kernel that is there."""
        return await self.fix_notebook(nbformat.read(self.folder / path, as_version=4))

    async def _jinja_kernel_start(self, nb: Any, kernel_id: str, kernel_future: Any) -> str:
        """Take the kernel over with the connection that it was started with: it is ready, and bound to its member."""
        kernel = kernel_future
        await kernel.opened
        self.executor = VoilaExecutor(nb, km=kernel.manager, config=self.traitlet_config, show_tracebacks=False)
        self.executor.kc = kernel.client
        self.kernel_started = True
        return kernel_id
