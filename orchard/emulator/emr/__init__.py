"""Amazon EMR of the local AWS, on top of moto's tables of clusters, instance groups and security configurations."""

from orchard.emulator.options import Options


def install(options: Options) -> None:
    """Put the backend and its operations in moto's place; call before the first request."""
    from moto.emr import models, urls

    from orchard.emulator.emr.backend import EmrBackend
    from orchard.emulator.emr.operations import EmrOperations
    from orchard.emulator.livy.server import Livy
    from orchard.emulator.steps.executor import Executor

    EmrBackend.options = options
    EmrBackend.executor = Executor(options)
    EmrBackend.livy = Livy(options)
    models.emr_backends.backend = EmrBackend
    urls.url_paths["{0}/$"] = EmrOperations.dispatch


def shut_down() -> None:
    """Stop every step and every notebook's session, and wait until their processes are gone."""
    from orchard.emulator.emr.backend import EmrBackend

    EmrBackend.livy.end_all()
    EmrBackend.executor.stop_all()
