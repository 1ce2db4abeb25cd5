"""Steps as users write them: Spark, SQL and Hadoop from scripts, with S3 and HDFS. Few, since Java starts slowly."""

from tests.support.fidelity import models

from .conftest import Aws, command

JAR = "s3://eu-west-3.elasticmapreduce/libs/script-runner/script-runner.jar"

# Between the commands, other clients of S3 write what the next one reads, and read what the last one wrote.
SCRIPT = """\
set -eu
put() { python3 -c "import boto3; boto3.client('s3').put_object(Bucket='$1', Key='$2', Body=b'$3')"; }
put $1 in/late.txt apple
hadoop fs -mkdir -p /data
hadoop fs -cp s3://$1/in/late.txt hdfs:///data/
put $1 in/later.txt pear
spark-submit --master yarn --deploy-mode client --num-executors 2 "" s3://$1/jobs/count.py s3://$1 relative
python3 -c "
import boto3
found = boto3.client('s3').list_objects_v2(Bucket='$1', Prefix='out/')['Contents']
print('written', sum(item['Key'].endswith('.csv') for item in found))"
"""
COUNT = """\
import sys
from pyspark.sql import SparkSession

bucket, relative = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
lines = spark.read.text([f"{bucket}/in/", "/data", "hdfs:///data/late.txt"])
print("lines", sorted(row.value for row in lines.collect()))
print("at the root", spark.read.format("binaryFile").option("pathGlobFilter", "*.md").load(f"{bucket}/").count())
lines.write.csv(f"{bucket}/out")
lines.write.text(relative)
"""
SPLIT = r"""
import sys
for word in sys.stdin.read().split():
    print(word, 1, sep="\t")
"""
ONES = r"""
import collections, sys
for word, ones in collections.Counter(line.split()[0] for line in sys.stdin).items():
    print(word, ones, sep="\t")
"""


@models(
    "EMR nodes have spark-submit, hadoop, hdfs and the AWS CLI for scripts, and s3:// paths in all",
    source='Amazon EMR Release Guide, "Run commands and scripts on an Amazon EMR cluster"',
)
def test_a_script_works_with_spark_s3_and_hdfs(aws: Aws, workspace) -> None:
    bucket = workspace.bucket
    aws.put(bucket, "jobs/count.py", COUNT)
    aws.put(bucket, "readme.md", "at the root of the bucket")
    script = aws.put(bucket, "jobs/script.sh", SCRIPT)
    (step,) = aws.run(workspace.cluster, command("x") | {"HadoopJarStep": {"Jar": JAR, "Args": [script, bucket]}})
    state = aws.step_until(workspace.cluster, step)["State"]
    assert state == "COMPLETED", aws.log(bucket, workspace.cluster, step, "stderr")
    said = aws.log(bucket, workspace.cluster, step, "stdout")
    assert "lines ['apple', 'apple', 'apple', 'pear']" in said
    assert "at the root 1" in said
    assert int(said.rpartition("written ")[2]) >= 1
    assert not [key for key in aws.keys(bucket) if "data/late" in key or key.endswith(".crc")], "HDFS is not in S3"
    # HDFS outlives the step, and relative paths are below the home of the user hadoop
    (step,) = aws.run(workspace.cluster, command("hdfs", "dfs", "-ls", "/", "/user/hadoop/relative/_SUCCESS"))
    assert aws.step_until(workspace.cluster, step)["State"] == "COMPLETED"
    assert "/user/hadoop/relative/_SUCCESS" in aws.log(bucket, workspace.cluster, step, "stdout")


def test_sql_runs_from_bash(aws: Aws, workspace) -> None:
    bucket = workspace.bucket
    aws.put(bucket, "tables/fruits.csv", "apple\npear\n")
    words = f"select count(*) from csv.`s3://{bucket}/tables/`;"  # noqa: S608 - no stranger's words
    query = aws.put(bucket, "jobs/query.sql", words)
    in_memory = "--conf spark.sql.catalogImplementation=in-memory"  # half as long as with Hive's
    (step,) = aws.run(workspace.cluster, command("bash", "-c", f"spark-sql --master yarn {in_memory} -f {query}"))
    state = aws.step_until(workspace.cluster, step)["State"]
    assert state == "COMPLETED", aws.log(bucket, workspace.cluster, step, "stderr")
    assert "2" in aws.log(bucket, workspace.cluster, step, "stdout").splitlines()


def test_a_python_job_in_client_mode_keeps_its_cause(aws: Aws, workspace) -> None:
    job = aws.put(workspace.bucket, "jobs/bad.py", "raise ValueError('no pears')")
    (step,) = aws.run(workspace.cluster, command("spark-submit", "--deploy-mode", "client", job))
    status = aws.step_until(workspace.cluster, step)
    assert status["State"] == "FAILED"
    assert status["FailureDetails"]["Message"] == "ValueError: no pears"
    assert status["FailureDetails"]["LogFile"].endswith(f"/{step}/stdout.gz")


@models("EMR runs hadoop-streaming steps", source='Amazon EMR Release Guide, "Add a streaming step"')
def test_a_streaming_job_counts_words(aws: Aws, workspace) -> None:
    bucket = workspace.bucket
    mapper, reducer = aws.put(bucket, "jobs/split.py", SPLIT), aws.put(bucket, "jobs/ones.py", ONES)
    aws.put(bucket, "text/one.txt", "fig apple fig")
    asked = ["-files", f"{mapper},{reducer}", "-mapper", "python3 split.py", "-reducer", "python3 ones.py"]
    place = ["-input", f"s3://{bucket}/text/", "-output", f"s3://{bucket}/words"]
    (step,) = aws.run(workspace.cluster, command("hadoop-streaming", *asked, *place))
    state = aws.step_until(workspace.cluster, step)["State"]
    assert state == "COMPLETED", aws.log(bucket, workspace.cluster, step, "stderr")
    assert aws.read(bucket, "words/part-00000") == b"apple\t1\nfig\t2\n"
    assert aws.keys(bucket, "words/") == ["words/_SUCCESS", "words/part-00000"]
    assert "completed successfully" in aws.log(bucket, workspace.cluster, step, "syslog")
