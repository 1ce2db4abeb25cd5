"""What a run does when the line to AWS is cut once its steps are submitted. The account is moto's, in this process."""

from dataclasses import replace

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from orchard.aws import target
from orchard.aws.emr import Emr
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cluster.site import Site
from orchard.runs import pipeline, submission
from tests.support.cells import cell

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A cluster, and a photograph in the bucket."""
    monkeypatch.setattr(target, "STATE", tmp_path)
    monkeypatch.setattr(submission, "ship", lambda *_: None)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        settings = Settings(target="aws", region="eu-west-3", bucket="photographs")
        place = replace(target.connect(settings), _config=ONCE)
        s3 = place.client("s3")
        s3.create_bucket(Bucket="photographs", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        s3.put_object(Bucket="photographs", Key="data/raw/Training/Kiwi/1.jpg", Body=b"x")
        place.client("emr").run_job_flow(
            Name="orchard-default",
            ReleaseLabel="emr-7.5.0",
            Instances={
                "KeepJobFlowAliveWhenNoSteps": True,
                "MasterInstanceType": "m5.xlarge",
                "SlaveInstanceType": "m5.xlarge",
                "InstanceCount": 2,
            },
            JobFlowRole="nodes",
            ServiceRole="emr",
        )
        yield Site(settings, place)


def cut(place: target.Target) -> None:
    """Let nothing reach AWS any more, by clients that are made from now on."""

    def lost(request, **_):
        raise EndpointConnectionError(endpoint_url=request.url)

    place._session.events.register_first("before-send", lost)


@cell(
    "submitted",
    area="AWS",
    fault="nothing reaches AWS any more",
    at="`run` has submitted its steps",
    holds="the run is followed as soon as it can be, and the missing record is told",
    quick=True,
)
def test_a_lost_connection_after_the_submission_does_not_end_the_run(site, monkeypatch, capsys):
    submit, followed = Emr.submit, []

    def submit_and_cut(emr, *args):
        ids = submit(emr, *args)
        cut(site.target)
        return ids

    monkeypatch.setattr(Emr, "submit", submit_and_cut)
    monkeypatch.setattr(pipeline, "follow", lambda _site, name, _within: followed.append(name))
    assert pipeline.run(site, "mine", csv=False) == "mine"
    assert followed == ["mine"]
    assert "warning: the run goes on without a record of what it costs: " in capsys.readouterr().err


@cell(
    "watching",
    area="AWS",
    fault="nothing reaches AWS any more",
    at="`run` follows its steps",
    holds="one line of cause, one of remedy: the run goes on, and how to watch it again",
    quick=True,
)
def test_a_lost_connection_while_watching_says_that_the_run_goes_on(site):
    cut(site.target)
    with pytest.raises(OrchardError, match="AWS cannot be reached") as caught:
        pipeline.follow(site, "mine")
    assert caught.value.cause.endswith("; the run mine on orchard-default goes on without being watched")
    assert "watch it again: ./inv run --follow --run-name mine" in caught.value.remedy
