"""A public generator makes a client of the document that a server serves, and it is imported as it is."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import ProxyHandler, build_opener

Module = Callable[[str], ModuleType]
"""Imports a module of the client by its name in the package."""


@contextmanager
def generated(document: str, package: str, folder: Path) -> Iterator[Module]:
    """The client of the document at this URL, as a package of this name in the folder."""
    with build_opener(ProxyHandler({})).open(document, timeout=10) as answer:
        (folder / "openapi.json").write_bytes(answer.read())
    (folder / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    command += ["--path", "openapi.json", "--config", "config.yaml", "--output-path", package]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{package}.{name}")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]


@contextmanager
def connected(module: Module, url: str, token: str) -> Iterator[Any]:
    """The client with an account; it raises on every status that the document does not name."""
    arguments = {"base_url": url, "token": token, "raise_on_unexpected_status": True}
    with module("client").AuthenticatedClient(**arguments, httpx_args={"trust_env": False}) as client:
        yield client
