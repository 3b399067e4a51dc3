"""A JupyterHub whose people log in at an OpenID Connect provider (here Keycloak), with nbannotate as a service.

pip install jupyterhub oauthenticator; the secret of the client comes from the environment. docs/hub.md explains it.
"""

import os

REALM = "https://login.example.com/realms/work/protocol/openid-connect"

c = get_config()  # noqa: F821
c.JupyterHub.bind_url = "http://127.0.0.1:8000/jupyter/"  # nginx with TLS stands in front

c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.login_service = "Keycloak"
c.GenericOAuthenticator.client_id = "jupyterhub"
c.GenericOAuthenticator.client_secret = os.environ["OIDC_CLIENT_SECRET"]
c.GenericOAuthenticator.oauth_callback_url = "https://hub.example.com/jupyter/hub/oauth_callback"
c.GenericOAuthenticator.authorize_url = f"{REALM}/auth"
c.GenericOAuthenticator.token_url = f"{REALM}/token"
c.GenericOAuthenticator.userdata_url = f"{REALM}/userinfo"
c.GenericOAuthenticator.scope = ["openid", "profile", "email"]
c.GenericOAuthenticator.username_claim = "preferred_username"
# The claim "groups" of the provider becomes the groups of the Hub, at each login.
c.GenericOAuthenticator.manage_groups = True
c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"
c.GenericOAuthenticator.allowed_groups = {"leads", "reviewers", "annotators"}

c.JupyterHub.services = [
    {
        "name": "annotate",
        "url": "http://127.0.0.1:8866",
        "command": [
            "nbannotate", "serve", "/data/work.duckdb", "--hub",
            "--hub-groups", "leads=manager,reviewers=reviewer,annotators=annotator",
        ],
        "oauth_no_confirm": True,
    }
]  # fmt: skip
c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "access:services!service=annotate"]}]
