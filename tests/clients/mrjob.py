"""mrjob's word count on a cluster that it makes: Hadoop streaming."""

import sys

from attempts import BUCKET, PLACE, REGION, attempt, call

JOB = """
from mrjob.job import MRJob

class Words(MRJob):
    def mapper(self, _, line):
        for word in line.split():
            yield word, 1

    def reducer(self, word, ones):
        yield word, sum(ones)

if __name__ == "__main__":
    Words.run()
"""
CONF = f"""
runners:
  emr:
    region: {REGION}
    release_label: emr-7.5.0
    instance_type: m5.xlarge
    num_core_instances: 1
    iam_instance_profile: EMR_EC2_DefaultRole
    iam_service_role: EMR_DefaultRole
    cloud_tmp_dir: s3://{BUCKET}/tmp/
    cloud_fs_sync_secs: 0
    check_cluster_every: 1
    bootstrap_mrjob: true
"""


@attempt("the word count")
def _() -> None:
    (PLACE / "words.py").write_text(JOB)
    (PLACE / "mrjob.conf").write_text(CONF)
    (PLACE / "text.txt").write_text("fig apple fig\nfig\n")
    said = call(sys.executable, PLACE / "words.py", "-c", PLACE / "mrjob.conf", "-r", "emr", PLACE / "text.txt")
    assert sorted(said.split("\n")) == ["", '"apple"\t1', '"fig"\t3'], said
