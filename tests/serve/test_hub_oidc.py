"""The worked example of docs/hub.md: people log in at an OpenID Connect provider, whose groups become roles here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_hub import PYTHON, HubPerson, RunningHub
from serve_hub import why_not as no_hub
from serve_nginx import Nginx, documented, free_port
from serve_nginx import why_not as no_nginx
from serve_oidc import Provider
from serve_rig import end_owner, make

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(no_hub() or no_nginx()), reason=no_hub() or no_nginx())]
EXAMPLE = Path(__file__).parents[2] / "deploy" / "jupyterhub_config.py"
REALM = "https://login.example.com/realms/work/protocol/openid-connect"
LOAD = """
import logging, sys
from jupyterhub.app import JupyterHub
for file in sys.argv[1:]:
    app = JupyterHub()
    app.load_config_file(file)
    heard = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())
    app.log.addHandler(handler)
    made = app.authenticator_class(parent=app, config=app.config)
    print(type(made).__name__, heard)
"""


def test_the_hub_knows_every_option_of_the_example(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong_config.py"
    wrong.write_text(EXAMPLE.read_text() + 'c.GenericOAuthenticator.no_such_option = "x"\n')
    command, env = [PYTHON, "-c", LOAD, EXAMPLE, wrong], {"OIDC_CLIENT_SECRET": "a-secret"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    right, told = done.stdout.splitlines()
    assert right == "GenericOAuthenticator []"
    assert "no_such_option" in told, "what it does not know would be told"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider({"hana": ["annotators", "football"], "lea": ["leads"], "xavi": ["football"]})
    yield made
    made.stop()


@pytest.fixture
def nginx(tmp_path: Path, provider: Provider) -> Iterator[Nginx]:
    """The example, with this test's addresses in the place of those that it names."""
    owner = make(tmp_path)
    port, service_port = free_port(), free_port()
    before = Nginx(tmp_path / "nginx", documented("hub.md"), (8000, port))
    text = EXAMPLE.read_text()
    for there, here in (
        (REALM, provider.url), ("https://hub.example.com", before.origin), ("127.0.0.1:8000", f"127.0.0.1:{port}"),
        ("127.0.0.1:8866", f"127.0.0.1:{service_port}"), ("/data/work.duckdb", str(tmp_path / "work.duckdb")),
    ):  # fmt: skip
        assert there in text
        text = text.replace(there, here)
    hub = RunningHub(tmp_path / "hub", port, service_port, text, OIDC_CLIENT_SECRET="a-secret-of-the-client")
    yield before
    before.stop()
    hub.stop()
    owner.close()
    end_owner(owner)


def test_people_log_in_at_the_provider_and_work_in_the_roles_of_its_groups(nginx: Nginx, provider: Provider) -> None:
    people = {name: HubPerson(nginx, name, "127.0.0.2") for name in provider.groups}
    for name, person in people.items():
        person.session.cookies.set("who", name, domain="127.0.0.1")
    reply = people["hana"].enter("/work")
    assert (reply.status_code, reply.url) == (200, f"{people['hana'].url}/work")
    assert people["lea"].enter("/").url.endswith("/manager")
    refused = people["xavi"].enter()
    assert (refused.status_code, "/hub/" in refused.url) == (403, True), "the Hub itself lets nobody else in"
    assert set(provider.secrets) == {"a-secret-of-the-client"}
