"""The files of deploy/ say the same as one another, and what the server takes."""

from __future__ import annotations

import argparse
import fnmatch
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from nbannotate.serve.hub import Hub, group_roles
from nbannotate.serve.options import add_arguments
from nbannotate.serve.proxies import Hops

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "values.yaml").read_text())
    return read


@pytest.fixture(scope="module")
def kinds() -> dict[str, dict[str, Any]]:
    return {part["kind"]: part for part in yaml.safe_load_all((DEPLOY / "annotate.yaml").read_text())}


@pytest.fixture(scope="module")
def container(kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
    pod: dict[str, Any] = kinds["Deployment"]["spec"]["template"]["spec"]
    assert pod["initContainers"][0]["image"] == pod["containers"][0]["image"]
    return dict(pod["containers"][0])


def test_the_server_takes_what_the_pod_gives_it(values, container) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    command, *arguments = container["args"]
    options = parser.parse_args(arguments)
    assert command == "serve"
    assert options.hub
    assert Hops(options.trust_proxies)
    hub = Hub.of_environment({e["name"]: e.get("value", "a-token") for e in container["env"]}, options.hub_groups)
    assert hub.client_id == "service-annotate"
    assert hub.prefix == f"/services/{next(iter(values['hub']['services']))}/"
    assert hub.listen is None, "it listens where the arguments say"
    assert {g.group for g in hub.groups} == set(values["hub"]["config"]["GenericOAuthenticator"]["allowed_groups"])
    assert set(hub.access) & set(values["hub"]["loadRoles"]["user"]["scopes"])
    assert container["readinessProbe"]["httpGet"]["path"] == f"{hub.prefix}healthz"


def test_names_and_ports_lead_to_the_pod(values, kinds, container) -> None:
    name, port = kinds["Service"]["metadata"]["name"], kinds["Service"]["spec"]["ports"][0]["port"]
    assert values["hub"]["services"]["annotate"]["url"] == f"http://{name}:{port}"
    assert f"--port={port}" in container["args"]
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        kinds["Service"]["spec"]["selector"], kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        kinds["Deployment"]["spec"]["selector"]["matchLabels"],
    ):  # fmt: skip
        assert selector.items() <= labels.items()
    claim = kinds["Deployment"]["spec"]["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
    assert claim == kinds["PersistentVolumeClaim"]["metadata"]["name"]
    assert container["image"].endswith(f":{PROJECT['version']}")
    assert kinds["Deployment"]["spec"]["replicas"] == 1


def test_the_example_of_a_hub_and_the_values_of_the_chart_say_the_same(values) -> None:
    example = (DEPLOY / "jupyterhub_config.py").read_text()
    for name in values["hub"]["config"]["GenericOAuthenticator"]:
        assert f"c.GenericOAuthenticator.{name} = " in example, name
    said = next(line for line in example.splitlines() if "=manager" in line)
    assert group_roles(said.split('"')[3])


def test_the_image_gets_what_the_wheel_is_made_of() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in kept)
    needed = {
        "pyproject.toml",
        "hatch_build.py",
        "build.mjs",
        "package.json",
        "package-lock.json",
        PROJECT["readme"],
        *PROJECT["license-files"],
        "src",
        "dashboards",
    }
    assert needed <= kept
    said = (DEPLOY / "Dockerfile").read_text()
    extras = said.partition(".whl)[")[2].partition("]")[0].split(",")
    assert set(extras) <= set(PROJECT["optional-dependencies"])
    assert fnmatch.filter(said.splitlines(), "USER annotate")
