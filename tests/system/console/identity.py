"""A real OpenID Connect provider (Canaille) on this machine, in a process of its own: `python -m … PORT BACK`.

It has one client, the console, and two people with passwords.
"""

from __future__ import annotations

import sys

from canaille import create_app
from canaille.app import models
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET, PASSWORD = "console", "the secret of the tests", "correct horse battery"
PEOPLE = {"asked": "asked@school.example", "stranger": "stranger@school.example"}


def main() -> None:
    """Serve until ended."""
    port, back = int(sys.argv[1]), sys.argv[2]
    key = RSAKey.generate_key(2048, auto_kid=True)
    app = create_app(
        {
            "SECRET_KEY": "a secret of the tests",
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "WTF_CSRF_ENABLED": False,
            "CANAILLE": {"DATABASE": "memory", "ENABLE_INTRUDER_LOCKOUT": False, "LOGGING": {"version": 1}},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
        }
    )
    with app.app_context():
        backend = app.backend
        for name, email in PEOPLE.items():
            person = models.User(
                user_name=name, formatted_name=name, family_name=name, emails=[email], password=PASSWORD
            )
            backend.save(person)
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Breaktime",
            client_uri="http://127.0.0.1",
            redirect_uris=[back],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "email"],
        )
        backend.save(client)
        client.audience = [client]  # by its id, which it has once it is saved
        backend.save(client)
    server = make_server("127.0.0.1", port, app, threaded=True)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
