"""Which pages exist, which notebook each one shows, and the roles that may open it. Nothing else is served."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import jinja2

from nbannotate.errors import InvalidInput
from nbannotate.model import ROLES, Role
from nbannotate.texts import Texts, t

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
ASSETS = HERE / "assets"

_html = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined)


class Page(NamedTuple):
    """One page of the site.

    Parameters
    ----------
    notebook
        File name in the folder of notebooks.
    title
        Shown by the browser.
    roles
        The roles that may open it; others are refused before a kernel starts.
    """

    notebook: str
    title: str
    roles: tuple[Role, ...]


#: The path of a page (after the base URL) and the page.
PAGES: dict[str, Page] = {
    "work": Page("work.ipynb", "nbannotate", ROLES),
    "manager": Page("manager.ipynb", t("Campaigns · nbannotate"), ("owner", "manager")),
}
HOME = "work"


def first_page(role: Role) -> str:
    """Return the page that a member begins with: who manages sees the campaigns, everyone else the own tasks."""
    return next((name for name, page in PAGES.items() if role in page.roles and page.roles != ROLES), HOME)


def notebooks_folder(given: Path | None = None) -> Path:
    """Return the folder that holds the notebooks of the pages.

    Parameters
    ----------
    given
        A folder that the caller chose; None takes the packaged ones, or those of the repository in a checkout.

    Raises
    ------
    InvalidInput
        If the folder has no ``work.ipynb``.
    """
    choices = [given] if given else [HERE.parent / "dashboards", HERE.parents[2] / "dashboards"]
    for folder in choices:
        if (folder / PAGES[HOME].notebook).is_file():
            return folder.resolve()
    raise InvalidInput(f"No {PAGES[HOME].notebook} in {' or '.join(map(str, choices))}: there is no page to serve.")


def document(name: str, t: Texts, **values: object) -> str:
    """Return one of the site's own HTML documents (``login.html``, ``message.html``), filled in and escaped."""
    return _html.get_template(name).render(t=t, **values)
