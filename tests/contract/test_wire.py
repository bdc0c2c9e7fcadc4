"""An exchange is shown without its key, and the command that repeats it sends the same request."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mjsim_contracts.server.wire import Wire, script

JOB = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def heard():
    """A server's URL, and the requests that it heard."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append(
                (self.command, self.path, self.headers.get("Authorization"), self.headers.get("Content-Type"), body)
            )
            answer = b'{"data": {"job_id": "%s"}}' % JOB.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()


def wire(url, method="GET", path="/v1/jobs", body=b"", answer=b""):
    headers = {"Authorization": "Bearer secret", "Content-Type": "application/json", "User-Agent": "x"}
    return Wire(method, url + path, headers, body, 200, {"Content-Type": "application/json", "Server": "x"}, answer)


def run(command):
    subprocess.run(
        ["bash", "-c", command],
        check=True,
        timeout=20,
        capture_output=True,
        env={"MIDJOURNEY_TOKEN": "mine", "PATH": "/usr/bin:/bin"},
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/jobs?limit=1&sort=created_at_asc", b""),
        ("POST", "/v1/imagine", b'{"prompt": "it\'s $HOME `x` \\"y\\""}'),
        ("POST", "/v1/imagine", b"\xff\x00"),
        ("POST", "/v1/jobs/%00'--/cancel", b""),
        ("DELETE", "/v1/jobs", b"{}"),
    ],
)
def test_the_command_sends_the_same_request_with_the_users_key(heard, method, path, body):
    url, requests = heard
    run(wire(url, method, path, body).curl())
    assert requests.pop() == (method, path, "Bearer mine", "application/json", body)


def test_a_story_is_told_again_with_the_job_that_is_new_then(heard):
    url, requests = heard
    born = wire(url, "POST", "/v1/imagine", b"{}", b'{"job_id": "99999999-2222-4333-8444-555555555555"}')
    old = "99999999-2222-4333-8444-555555555555"
    told = [born, wire(url, "POST", f"/v1/jobs/{old}/cancel"), wire(url, "GET", f"/v1/jobs/{old}")]
    run(script(told, old, "sim-a"))
    sent = [(method, path) for method, path, *_ in requests[-3:]]
    assert sent == [("POST", "/v1/imagine"), ("POST", f"/v1/jobs/{JOB}/cancel"), ("GET", f"/v1/jobs/{JOB}")]


def test_a_story_without_a_beginning_is_its_last_request(heard):
    url, _ = heard
    last = wire(url)
    assert script([wire(url, path="/v1/jobs/x"), last], "x", "sim-a") == last.curl("sim-a")


def test_the_evidence_holds_no_key_and_no_idle_header():
    shown = wire("http://a", answer=b'{"total":1}').evidence("total: 1")
    assert "secret" not in repr(shown)
    assert shown.request == "GET /v1/jobs HTTP/1.1\nAuthorization: Bearer …\nContent-Type: application/json"
    assert shown.answer == 'HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\n  "total": 1\n}'


def test_what_is_no_json_is_shown_as_it_is():
    assert wire("http://a", answer=b"\xff<html>").evidence().answer.endswith("\n\n\ufffd<html>")
