"""``insighthub serve`` as it is run: it says where, logs nobody's data, and ends the answers that are under way."""

import http.client
import json
import signal
import threading
from urllib.parse import urlsplit

from tests.e2e.server import running

SERVE = ("-c", "from insighthub.cli import app; app()", "serve", "--port", "0")


def ask(server, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_the_command_serves_a_hub_of_which_nobody_sees_anything_without_signing_in(tmp_path):
    with running(*SERVE, "--home", str(tmp_path)) as server:
        assert ask(server, "/health")[0] == 200
        assert ask(server, "/ready")[0] == 200
        status, headers, text = ask(server, "/sign-in")
        assert status == 200
        assert "Password" in text
        assert "server" not in {name.lower() for name in headers}
        assert ask(server, "/residents/AGNES?q=agnes")[0] == 404
        assert server.stop() in {0, -signal.SIGTERM}
    logged = [json.loads(line) for line in server.lines if line.startswith("{")]
    assert [line["route"] for line in logged] == ["/health", "/ready", "/sign-in", "no such page"]
    assert "gnes" not in "".join(server.lines).lower()


def test_a_proxy_is_believed_only_where_it_is_named(tmp_path):
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    command = (*SERVE, "--home", str(tmp_path))
    with running(*command) as server:
        assert "strict-transport-security" not in ask(server, "/cookies", **told)[1]
    with running(*command, "--proxy", "127.0.0.1") as server:
        assert "strict-transport-security" in ask(server, "/cookies", **told)[1]
    with running(*command, "--proxy", "192.0.2.9") as server:
        assert "strict-transport-security" not in ask(server, "/cookies", **told)[1]


def test_an_answer_that_is_under_way_is_ended_when_the_server_is_told_to_stop(server, tmp_path):
    with running("-m", "tests.e2e.served", str(tmp_path)) as own:
        connection = http.client.HTTPConnection(urlsplit(own.address).netloc, timeout=20)
        connection.request("GET", "/sample/slow", headers={"Cookie": "insighthub-session=officer"})
        while not any("slow began" in line for line in own.lines):
            threading.Event().wait(0.01)
        own.process.send_signal(signal.SIGTERM)
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"A slow page" in answer.read()
        connection.close()
        assert own.stop() in {0, -signal.SIGTERM}


def test_a_port_that_is_taken_is_told_in_plain_words(server, tmp_path, capfd):
    from typer.testing import CliRunner

    from insighthub.cli import app

    port = str(urlsplit(server.address).port)
    ended = CliRunner().invoke(app, ["serve", "--home", str(tmp_path), "--port", port])
    assert ended.exit_code == 1
    assert "Choose another with --port" in " ".join((ended.output + capfd.readouterr().err).split())
