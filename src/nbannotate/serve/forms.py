"""What the site's own forms have in common: a token against other sites, no cache, no foreign script, sentences."""

from __future__ import annotations

from typing import Any

from nbannotate.errors import InvalidInput, LoginFailed, NbannotateError, SessionEnded, Wait
from nbannotate.serve.handlers import SiteHandler
from nbannotate.serve.identity import sentence
from nbannotate.serve.settings import PLAIN_POLICY
from nbannotate.serve.site import document
from nbannotate.texts import t

TOO_OLD = t("This page was open for too long, or your browser blocks cookies. Please try again.")


class FormHandler(SiteHandler):
    """One form, which is shown again with the reason until what was typed is right."""

    template = ""
    policy = PLAIN_POLICY

    def set_default_headers(self) -> None:
        """Allow no script but what the policy names, and no copy in a cache."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", self.policy)
        self.set_header("Cache-Control", "no-store")

    def typed(self, name: str, longest: int = 1000, strip: bool = False) -> str:
        """Return what was typed into a field."""
        text: str = self.get_body_argument(name, "", strip=strip)
        return text[:longest]

    def values(self) -> dict[str, Any]:
        """Return what the template needs, beside the address, the token and the error."""
        return {}

    def show(self, error: str = "", **values: Any) -> None:
        """Write the form."""
        token = self.xsrf_token.decode()
        made = {**self.values(), **values}
        self.keep_language()
        made |= {"base_url": self.base_url, "here": self.here, "xsrf": token}
        self.finish(document(self.template, self.texts, error=self.texts.said(error), **made))

    def again(self, error: NbannotateError, **values: Any) -> None:
        """Show the form again, with the reason; tell programs how long to wait, if they have to."""
        if isinstance(error.fact, Wait):
            self.set_header("Retry-After", str(error.fact.seconds))
            self.set_status(429)
        elif isinstance(error, LoginFailed | SessionEnded):
            self.set_status(401)
        else:
            self.set_status(400 if isinstance(error, InvalidInput) else error.status)
        self.show(sentence(error), **values)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer a form without a valid token (a page that was open for days) with a fresh form."""
        if status_code == 403 and self.request.method == "POST":
            self.show(TOO_OLD)
        else:
            super().write_error(status_code, **kwargs)
