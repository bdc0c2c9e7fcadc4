"""The contract documents and a reference to browse; everything is served from disk, nothing is loaded from elsewhere."""

import json
from pathlib import Path

from mjsim import spec
from mjsim.core.error import NotFound
from mjsim.web import http as web
from mjsim.web.route import Call, Route

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>mjsim reference</title>
<link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css">
<style>
body { margin: 0; font-family: sans-serif } .topbar { display: none }
nav { max-width: 1460px; margin: 0 auto; padding: 1.2em 20px 0 } nav a { margin-right: 1.5em; color: #3b4151 }
nav a[aria-current] { font-weight: bold; text-decoration: none }
</style>
</head>
<body>
<nav>
<a href="/docs">Midjourney API</a><a href="/docs?api=tasks">Task API</a><a href="/docs?api=control">Control API</a>
</nav>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>
const api = new URLSearchParams(location.search).get("api")
const url = {tasks: "/openapi.tasks.json", control: "/openapi.control.json"}[api] ?? "/openapi.json"
document.querySelector(url === "/openapi.json" ? "nav a" : `nav a[href$="=${api}"]`).ariaCurrent = "page"
const reference = SwaggerUIBundle({
  url, dom_id: "#reference", deepLinking: true, persistAuthorization: true, validatorUrl: null,
  tryItOutEnabled: true, onComplete: () => api === "control" || reference.preauthorizeApiKey("bearerAuth", "%KEY%"),
})
</script>
</body>
</html>
"""

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


class Reference:
    """`key` is filled in, so that requests can be tried from the page at once."""

    def __init__(self, key: str) -> None:
        self._page = _PAGE.replace('"%KEY%"', json.dumps(key).replace("<", "\\u003c"))

    def routes(self) -> list[Route]:
        """Where the documents and the pages are."""
        return [
            Route("/", {"GET": self.home}),
            Route("/openapi.json", {"GET": self.overlaid}),
            Route("/openapi.published.json", {"GET": self.published}),
            Route("/openapi.tasks.json", {"GET": self.tasks}),
            Route("/openapi.control.json", {"GET": self.control}),
            Route("/docs", {"GET": self.page}),
            Route("/docs/{name}", {"GET": self.asset}),
        ]

    async def home(self, _call: Call) -> web.Response:
        """Leads to the reference."""
        return web.Response(status=302, headers={"Location": "/docs"})

    async def overlaid(self, _call: Call) -> web.Response:
        """The contract with what the overlay adds."""
        return _document(spec.OVERLAID)

    async def published(self, _call: Call) -> web.Response:
        """The contract as it was published."""
        return _document(spec.PUBLISHED)

    async def tasks(self, _call: Call) -> web.Response:
        """The document of the task API."""
        return _document(spec.TASKS)

    async def control(self, _call: Call) -> web.Response:
        """The document of the control API."""
        return _document(spec.CONTROL)

    async def page(self, _call: Call) -> web.Response:
        """The reference."""
        return web.Response(text=self._page, content_type="text/html")

    async def asset(self, call: Call) -> web.Response:
        """A file of the reference."""
        name = call.places["name"]
        if name not in _ASSETS:
            raise NotFound(f"There is no {name[:60]!r} in the reference.")
        data = (_bundle() / name).read_bytes()
        headers = {"Content-Type": _ASSETS[name], "Cache-Control": "public, max-age=86400"}
        return web.Response(body=data, headers=headers)


def _document(name: str) -> web.Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "Access-Control-Allow-Origin": "*"}
    return web.Response(body=spec.raw(name), headers=headers)


def _bundle() -> Path:
    """The folder of the bundle, whose name holds a version; the package itself is not imported."""
    from importlib.util import find_spec

    found = find_spec("swagger_ui_bundle")
    if found is None or found.origin is None:
        raise NotFound("The reference needs the package swagger-ui-bundle-v2.")
    return next(Path(found.origin).parent.glob("vendor/swagger-ui-*"))
