"""Secrets that the gateway cannot use are found, also by root, who reads everything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.app import secret_files
from agent.app.paths import DataFolder

GATEWAY = 4242
"""The gateway's user, whom nobody else is."""


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    return made


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """One that site.yaml names, outside the folder of the configuration."""
    (tmp_path / "config").mkdir()
    path = tmp_path / "elsewhere"
    (tmp_path / "config" / "site.yaml").write_text(f"mail:\n  password-file: '{path}'\n")
    path.write_text("x")
    path.chmod(0o600)
    return path


def found(secret: Path, data: DataFolder) -> list[str]:
    """What is to be done."""
    return [one.mend for one in secret_files.examine(secret.parent / "config", data)]


def test_others_may_not_read_it(secret: Path, data: DataFolder) -> None:
    """Closed it is well; open it is not; one that is not there is another finding's."""
    assert found(secret, data) == []
    secret.chmod(0o640)
    assert found(secret, data) == [f"chmod 600 {secret}"]
    secret.unlink()
    assert found(secret, data) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_made_is_not_the_gateways(secret: Path, data: DataFolder) -> None:
    """Where the data folder is the gateway's, so must its secrets be; the command makes it so."""
    os.chown(data.root, GATEWAY, GATEWAY)
    (mend,) = found(secret, data)
    assert mend == f"chown {GATEWAY}:{GATEWAY} {secret}; chmod 600 {secret}"
    os.chown(secret, GATEWAY, GATEWAY)
    assert found(secret, data) == []
