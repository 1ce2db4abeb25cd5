"""EMR Serverless: a job that would never run is refused.

moto 5.2.5 emrserverless/models.py answers StartJobRun with an id, runs nothing, and tells that it was a success.
"""

from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.responses import EMRServerlessResponse


def install() -> None:
    """Refuse jobs; applications may be made and deleted."""
    EMRServerlessResponse.start_job_run = start_job_run


def start_job_run(self: EMRServerlessResponse) -> None:
    """StartJobRun."""
    raise ValidationException("The local AWS runs no EMR Serverless jobs; run the script as a step of an EMR cluster.")
