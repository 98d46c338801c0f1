"""A standalone Spark cluster on this machine, from the PySpark package: one master, two workers, a Connect server.

All listens on 127.0.0.1 alone, and all ends with the block that started it, whatever ends the block.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.messages import gettext as _
from ingest.problems import ParvnError

HOST = "127.0.0.1"
WORKERS = 2
WORKER_MEMORY = "2g"
DRIVER_MEMORY = "2g"
READY_SECONDS = 180
"""How long a process may take until it answers; on a busy machine a start takes a minute."""
STOP_SECONDS = 20
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.connect.grpc.binding.address": HOST,
    "spark.driver.memory": DRIVER_MEMORY,
    "spark.executor.memory": "1536m",
    "spark.executor.cores": "1",
    "spark.cores.max": str(WORKERS),
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": str(WORKERS),
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "hive",
    # what the catalog counts of its own for every table is of no use to us
    "spark.sql.statistics.size.autoUpdate.enabled": "false",
}
"""Of the Connect server. Its catalog is one of the run, in Derby: it knows partitions, as one on a cluster does."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    remote: str
    """Where Spark Connect listens, as `SPARK_REMOTE` says it."""
    warehouse: Path
    """The folder of the tables that Spark writes, `<schema>.db/<table>`."""
    master_page: str
    """The page on which the master says what it runs, as JSON."""

    def executors(self) -> int:
        """Return how many executors work for the Connect server now."""
        state = _json(self.master_page)
        return sum(app["cores"] for app in state["activeapps"])


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Start a cluster whose logs and tables lie below `folder`; it is stopped when the block ends.

    Raises ParvnError where PySpark or Java is missing, or a process ends or stays silent.
    """
    home = _spark_home()
    logs, warehouse = folder / "logs", folder / "warehouse"
    logs.mkdir(parents=True, exist_ok=True)
    master_port, page_port, connect_port = _free_ports(3)
    master, page = f"spark://{HOST}:{master_port}", f"http://{HOST}:{page_port}/json/"
    spark_class = [str(home / "bin" / "spark-class")]
    with ExitStack() as stack:

        def start(name: str, command: list[str]) -> Callable[[], None]:
            return stack.enter_context(_process(name, command, home, logs))

        alive = start(
            "master",
            [*spark_class, "org.apache.spark.deploy.master.Master", "--host", HOST,
             "--port", str(master_port), "--webui-port", str(page_port)],
        )  # fmt: skip
        _wait(lambda: _json(page)["status"] == "ALIVE", alive)
        for number in range(1, WORKERS + 1):
            alive = start(
                f"worker-{number}",
                [*spark_class, "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--port", "0",
                 "--webui-port", "0", "--cores", "1", "--memory", WORKER_MEMORY,
                 "--work-dir", str(folder / "work"), master],
            )  # fmt: skip
        _wait(lambda: _json(page)["aliveworkers"] == WORKERS, alive)
        settings = SETTINGS | {
            "spark.connect.grpc.binding.port": str(connect_port),
            "spark.sql.warehouse.dir": warehouse.as_uri(),
            "spark.local.dir": str(folder / "local"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{folder / 'metastore'};create=true",
        }
        (jar,) = (home / "jars").glob("spark-connect_*.jar")
        alive = start(
            "connect",
            [str(home / "bin" / "spark-submit"), "--master", master,
             *(word for key, value in settings.items() for word in ("--conf", f"{key}={value}")),
             "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", str(jar)],
        )  # fmt: skip
        cluster = Cluster(f"sc://{HOST}:{connect_port}", warehouse, page)
        _wait(lambda: _listens(connect_port) and cluster.executors() == WORKERS, alive)
        yield cluster


def _spark_home() -> Path:
    try:
        import pyspark
    except ImportError as error:
        raise ParvnError(_("PySpark is not installed; run: make spark")) from error
    return Path(pyspark.__file__).parent


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _number in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


def _json(page: str) -> Any:
    with urllib.request.urlopen(page, timeout=5) as answer:
        return json.load(answer)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def _wait(is_ready: Callable[[], bool], check_alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with suppress(OSError):
            if is_ready():
                return
        check_alive()
        if time.monotonic() > deadline:
            raise ParvnError(_("Spark did not answer within {seconds} s").format(seconds=READY_SECONDS))
        time.sleep(0.2)


@contextmanager
def _process(name: str, command: list[str], home: Path, logs: Path) -> Iterator[Callable[[], None]]:
    """Run a process in a group of its own, so that Ctrl-C reaches us first; yields what raises once it has ended."""
    log = logs / f"{name}.log"
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "512m"}
    environment.pop("SPARK_REMOTE", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=logs, env=environment,
            start_new_session=True,
        )  # fmt: skip

    def check_alive() -> None:
        if process.poll() is not None:
            last = log.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
            words = _("the Spark {name} ended: {reason}; its log: {path}")
            raise ParvnError(words.format(name=name, reason="".join(last), path=log))

    try:
        yield check_alive
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for way in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, way)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
