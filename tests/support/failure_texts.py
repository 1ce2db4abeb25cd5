"""Failures as they are logged: (the entry of the table that must be found, the text).

Excerpts of what Spark, YARN, EMR, Livy, TensorFlow and IAM write, as reported in public issue trackers and AWS's own
troubleshooting pages; host names, accounts and ids are other ones.
"""

POD = "ip-172-31-44-2.eu-west-3.compute.internal"

TEXTS = [
    # Orchard's own jobs and bootstrap script
    (
        "job",
        "26/11/21 22:12:51 INFO SparkContext: Running Spark version 3.5.2-amzn-1\n"
        "error: k is 41, and there are only 40 images\nremedy: choose a k of at most 40\n",
    ),
    ("bootstrap-script", "bootstrap: s3://b/jobs/0/requirements.lock could not be read\n"),
    # EMR: why a cluster did not start, or ended
    (
        "bootstrap-failed",
        "On the master instance (i-02093432d9c865f08), bootstrap action 1 returned a non-zero return code",
    ),
    (
        "bootstrap-failed",
        "On 2 slave instances (including i-105af6bf and i-b659f519), bootstrap action 1 returned a non-zero return code",
    ),
    ("bootstrap-failed", "On the master instance (i-0c1), bootstrap action 3 timed out executing"),
    (
        "bootstrap-download",
        "Error waiting for EMR Cluster state to be WAITING or RUNNING: TERMINATING: BOOTSTRAP_FAILURE: Master instance "
        "(i-0fc878d8682a56538) failed attempting to download bootstrap action 1 file from S3",
    ),
    ("applications-failed", "On the master instance (i-0c1), after bootstrap actions were run Hadoop failed to launch"),
    (
        "never-started",
        "unexpected state 'TERMINATING', wanted target 'RUNNING, WAITING'. last error: INTERNAL_ERROR: Failed to start "
        "the job flow due to an internal error",
    ),
    (
        "service-role-permissions",
        "VALIDATION_ERROR: Service role arn:aws:iam::123456789012:role/emr-service has insufficient EC2 permissions",
    ),
    (
        "service-role-invalid",
        "unexpected state 'TERMINATING', wanted target 'RUNNING, WAITING'. last error: VALIDATION_ERROR: "
        "EMR service role arn:aws:iam::123456789012:role/EMR_DefaultRole is invalid",
    ),
    (
        "service-linked-role",
        "Service-linked role 'AWSServiceRoleForEMRCleanup' for EMR is required. Please create this role directly or "
        "add permission to create it in your IAM entity.",
    ),
    (
        "spot-service-linked-role",
        "AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create "
        "the service-linked role for EC2 Spot Instances.",
    ),
    (
        "instance-profile",
        "ValidationException: Invalid InstanceProfile: arn:aws:iam::123456789012:instance-profile/ec2.",
    ),
    ("instance-profile", "ValidationException: InstanceProfile is required for creating cluster."),
    (
        "instance-type-not-offered",
        "The requested instance type c1.medium is not supported in the requested availability zone. Learn more at "
        "https://docs.aws.amazon.com/console/elasticmapreduce/ERROR_noinstancetype",
    ),
    (
        "vcpu-limit",
        "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 16 allows for the "
        "instance bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    ),
    ("ec2-throttled", "Failed to provision instances due to throttling from Amazon EC2"),
    (
        "no-capacity",
        "EC2 provisioning - Insufficient Instance Capacity: we currently do not have sufficient m5.xlarge capacity in "
        "the Availability Zone you requested (eu-west-3a).",
    ),
    (
        "no-route",
        "The VPC/subnet configuration was invalid: No route to any external sources detected in Route Table for "
        "Subnet: subnet-09a8dd1de8c5a9eb6 for VPC: vpc-03bcaeb337bb00ca3",
    ),
    (
        "subnet",
        "The VPC/subnet configuration was invalid: The subnet configuration was invalid: The subnet subnet-f384febf "
        "does not exist.",
    ),
    ("subnet", "ValidationException: The supplied ec2SubnetId is not valid."),
    ("ended-by-user", "Terminated by user request"),
    ("aws-internal", "An internal error occurred."),
    # Studio, sparkmagic and Livy
    (
        "studio-workspace",
        "User: arn:aws:iam::123456789012:user/ana is not authorized to perform: elasticmapreduce:CreateEditor on "
        "resource: * because no identity-based policy allows the elasticmapreduce:CreateEditor action",
    ),
    (
        "studio-attach",
        "Cluster failed to attach to the Workspace. Reason: Attaching the workspace(notebook) failed. Service Role does "
        "not have the required permissions. You are not authorized to perform this operation. User: arn:aws:sts::"
        "123456789012:assumed-role/studio/ElasticMapReduceEditorsSession is not authorized to perform: "
        "ec2:CreateNetworkInterface on resource: arn:aws:ec2:eu-central-1:123456789012:security-group/sg-1 because no "
        "identity-based policy allows the ec2:CreateNetworkInterface action.",
    ),
    (
        "livy-session-gone",
        "An error was encountered: Invalid status code '404' from http://localhost:8998/sessions/824/statements/39 "
        "with error payload: \"Session '824' not found.\"",
    ),
    (
        "livy-session-dead",
        "The code failed because of a fatal error:\n\tSession 0 unexpectedly reached final status 'error'. See logs:\n"
        "stdout:\n",
    ),
    (
        "livy-session-slow",
        "The code failed because of a fatal error:\n\tSession 3 did not start up in 60 seconds..\n\nSome things to try:\n"
        "a) Make sure Spark has enough available resources for Jupyter to create a Spark context.\n",
    ),
    # Python, Java and their packages
    (
        "tensorflow-missing",
        "26/11/21 18:07:03 ERROR Executor: Exception in task 1.0 in stage 0.0 (TID 1)\n"
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/usr/lib/spark/python/lib/pyspark.zip/pyspark/worker.py", line 1100, in main\n'
        "    func, profiler, deserializer, serializer = read_udfs(pickleSer, infile, eval_type)\n"
        "ModuleNotFoundError: No module named 'tensorflow'\n\n"
        "\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException(PythonRunner.scala:572)\n",
    ),
    (
        "module-missing",
        'Traceback (most recent call last):\n  File "/mnt/tmp/job.py", line 2, in <module>\n'
        "ModuleNotFoundError: No module named 'pyarrow'\n",
    ),
    (
        "numpy-abi",
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.0.2 as it may crash. To support both 1.x "
        "and 2.x\nversions of NumPy, modules must be compiled with NumPy 2.0.\n",
    ),
    (
        "python-version",
        "19/04/25 19:20:02 INFO TaskSetManager: Lost task 0.0 in stage 0.0 (TID 0) on 172.18.0.3, executor 0: "
        "org.apache.spark.api.python.PythonException (Traceback (most recent call last):\n"
        '  File "/usr/spark-2.4.1/python/lib/pyspark.zip/pyspark/worker.py", line 267, in main\n'
        '    ("%d.%d" % sys.version_info[:2], version))\n'
        "Exception: Python in worker has different version 3.5 than that in driver 3.7, PySpark cannot run with "
        "different minor versions.Please check environment variables PYSPARK_PYTHON and PYSPARK_DRIVER_PYTHON are "
        "correctly set.\n",
    ),
    (
        "python-version",
        "pyspark.errors.exceptions.base.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has different "
        "version (3, 9) than that in driver 3.11, PySpark cannot run with different minor versions.\n",
    ),
    (
        "python-not-there",
        'java.io.IOException: Cannot run program "/opt/orchard/python/bin/python3.11": error=2, No such file or directory\n'
        "\tat java.base/java.lang.ProcessBuilder.start(ProcessBuilder.java:1143)\n",
    ),
    (
        "program-not-there",
        'Exception in thread "main" java.lang.RuntimeException: java.io.IOException: Cannot run program "spark-submit" '
        '(in directory "."): error=2, No such file or directory\n',
    ),
    (
        "java-version",
        "java.lang.UnsupportedClassVersionError: org/example/Main has been compiled by a more recent version of the "
        "Java Runtime (class file version 61.0), this version of the Java Runtime only recognizes class file versions "
        "up to 55.0\n",
    ),
    ("java-version", "java.lang.IllegalArgumentException: Unsupported class file major version 65\n"),
    (
        "class-missing",
        "Caused by: java.lang.ClassNotFoundException: org.apache.hadoop.fs.s3a.S3AFileSystem\n"
        "\tat java.base/java.net.URLClassLoader.findClass(URLClassLoader.java:445)\n",
    ),
    ("weights", "OSError: Unable to synchronously open file (truncated file: eof = 96, sblock->base_addr = 0)\n"),
    # Permissions and objects
    (
        "s3-denied",
        "java.io.IOException: com.amazon.ws.emr.hadoop.fs.shaded.com.amazonaws.services.s3.model.AmazonS3Exception: "
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 8B28722038047BAA; "
        "S3 Extended Request ID: puwS77OKgMrvjd30=), S3 Extended Request ID: puwS77OKgMrvjd30=\n",
    ),
    (
        "kms-denied",
        "com.amazonaws.services.s3.model.AmazonS3Exception: User: arn:aws:sts::123456789012:assumed-role/node/i-0c1 is "
        "not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-3:123456789012:key/1 because no "
        "identity-based policy allows the kms:Decrypt action (Service: Amazon S3; Status Code: 403; Error Code: "
        "AccessDenied; Request ID: 1)\n",
    ),
    (
        "pass-role",
        "AccessDeniedException: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:PassRole on "
        "resource: arn:aws:iam::123456789012:role/orchard-emr",
    ),
    (
        "denied",
        "An error occurred (AccessDeniedException) when calling the RunJobFlow operation: User: "
        "arn:aws:iam::123456789012:user/ana is not authorized to perform: elasticmapreduce:RunJobFlow",
    ),
    ("credentials-missing", "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n"),
    ("credentials-expired", "botocore.exceptions.ClientError: An error occurred (ExpiredToken) when calling PutObject"),
    (
        "no-such-bucket",
        "com.amazonaws.services.s3.model.AmazonS3Exception: The specified bucket does not exist (Service: Amazon S3; "
        "Status Code: 404; Error Code: NoSuchBucket; Request ID: 1)\n",
    ),
    (
        "no-such-key",
        "pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] Path does not exist: "
        "s3://b/data/raw/Training.\n",
    ),
    (
        "busy",
        "com.amazon.ws.emr.hadoop.fs.shaded.com.amazonaws.services.s3.model.AmazonS3Exception: Please reduce your "
        "request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: 1)\n",
    ),
    # Memory and disks
    (
        "container-memory",
        f"17/11/25 18:23:24 WARN TaskSetManager: Lost task 3.0 in stage 1.0 (TID 10, {POD}, executor 9): "
        "ExecutorLostFailure (executor 9 exited caused by one of the running tasks) Reason: Container killed by YARN "
        "for exceeding memory limits. 7.2 GB of 4.2 GB virtual memory used. Consider boosting "
        "spark.yarn.executor.memoryOverhead.\n",
    ),
    (
        "container-memory",
        "Container killed by YARN for exceeding physical memory limits. 6.1 GB of 6 GB physical memory used. Consider "
        "boosting spark.executor.memoryOverhead.\n",
    ),
    (
        "container-memory",
        "Container [pid=12,containerID=container_1456116662362_0001_01_000002] is running beyond physical memory limits."
        " Current usage: 8.0 GB of 8 GB physical memory used; 12.1 GB of 40 GB virtual memory used. Killing container.\n",
    ),
    (
        "killed",
        f"22/02/22 15:02:23 ERROR YarnScheduler: Lost executor 38 on {POD}: Container from a bad node: "
        f"container_1645539745894_0001_01_000074 on host: {POD}. Exit status: 137. Diagnostics: [2022-02-22 "
        "15:02:23.483]Container killed on request. Exit code is 137\n",
    ),
    (
        "driver-memory",
        'Exception in thread "dag-scheduler-event-loop" java.lang.OutOfMemoryError: Java heap space\n'
        "\tat java.util.Arrays.copyOf(Arrays.java:3236)\n",
    ),
    (
        "driver-memory",
        "26/11/21 10:00:00 ERROR ApplicationMaster: User class threw exception: java.lang.OutOfMemoryError: GC overhead "
        "limit exceeded\n",
    ),
    (
        "executor-memory",
        "18/10/03 15:37:24 ERROR SparkUncaughtExceptionHandler: Uncaught exception in thread Thread[SIGTERM handler,9,"
        "system]\njava.lang.OutOfMemoryError: Java heap space\n\tat java.util.zip.InflaterInputStream.<init>(Inflater)\n",
    ),
    (
        "python-memory",
        'Traceback (most recent call last):\n  File "x.py", line 1, in f\nnumpy.core._exceptions._ArrayMemoryError: '
        "Unable to allocate 12.3 GiB for an array with shape (1280, 1280000) and data type float64\n",
    ),
    (
        "python-memory",
        "tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating tensor with shape"
        "[512,96,112,112] and type float on /job:localhost/replica:0/task:0/device:CPU:0\n",
    ),
    (
        "broadcast-too-large",
        "java.lang.OutOfMemoryError: Not enough memory to build and broadcast the table to all worker nodes. As a "
        "workaround, you can either disable broadcast by setting spark.sql.autoBroadcastJoinThreshold to -1 or increase "
        "the spark driver memory by setting spark.driver.memory to a higher value.\n",
    ),
    (
        "broadcast-too-large",
        "org.apache.spark.SparkException: Cannot broadcast the table that is larger than 8.0 GiB: 11.2 GiB.\n",
    ),
    (
        "result-too-large",
        "org.apache.spark.SparkException: Job aborted due to stage failure: Total size of serialized results of 3979 "
        "tasks (1024.2 MB) is bigger than spark.driver.maxResultSize (1024.0 MB)\n",
    ),
    (
        "too-large-for-yarn",
        "java.lang.IllegalArgumentException: Required executor memory (20480 MB), offHeap memory (0) MB, overhead (2048 "
        "MB), and PySpark memory (0 MB) is above the max threshold (12288 MB) of this cluster!\n",
    ),
    (
        "disk-full",
        "java.io.IOException: No space left on device\n\tat java.base/sun.nio.ch.FileDispatcherImpl.write0\n",
    ),
    (
        "disk-full",
        "1/1 local-dirs usable space is below configured utilization percentage/no more usable space [ /mnt/yarn : used "
        "space above threshold of 90.0% ]\n",
    ),
    # Nodes and executors
    (
        "node-lost",
        f"ExecutorLostFailure (executor 8 exited caused by one of the running tasks) Reason: Container marked as failed: "
        f"container_1645539745894_0001_01_000009 on host: {POD}. Exit status: -100. Diagnostics: Container released on "
        "a *lost* node.\n",
    ),
    (
        "python-worker-died",
        "Caused by: org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)\n"
        "\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator$$anonfun$3.applyOrElse(PythonRunner.scala:486)\n"
        "Caused by: java.io.EOFException\n",
    ),
    ("arrow", "pyarrow.lib.ArrowTypeError: Expected bytes, got a 'dict' object\n"),
    (
        "shuffle-lost",
        "org.apache.spark.shuffle.FetchFailedException: Failed to connect to host/10.0.0.4:7337\n",
    ),
    (
        "no-resources",
        "WARN YarnScheduler: Initial job has not accepted any resources; check your cluster UI to ensure that workers "
        "are registered and have sufficient resources\n",
    ),
    (
        "driver-slow-start",
        "ERROR ApplicationMaster: Uncaught exception: \njava.util.concurrent.TimeoutException: Futures timed out after "
        "[100000 milliseconds]\n",
    ),
    (
        "executor-lost",
        f"15/10/26 16:13:40 ERROR cluster.YarnClusterScheduler: Lost executor 4 on {POD}: remote Rpc client "
        "disassociated\n",
    ),
    (
        "no-room-in-yarn",
        "26/11/21 10:00:00 INFO Client: \n\t client token: N/A\n\t diagnostics: [Sat Nov 21 10:00:00 +0000 2026] "
        "Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.  "
        "Details : AM Partition = <DEFAULT_PARTITION>; AM Resource Request = <memory:896, vCores:1>;\n",
    ),
    (
        "stopped",
        "[2020-04-04 22:56:04.519]Container killed on request. Exit code is 143\n"
        "[2020-04-04 22:56:04.549]Container exited with a non-zero exit code 143.\n",
    ),
    # Known to nobody: what Python and Java say themselves
    (
        "python",
        'Traceback (most recent call last):\n  File "/mnt/tmp/pca.py", line 60, in <module>\n    run()\n'
        "ValueError: Input contains NaN\n26/11/21 10:00:01 INFO ShutdownHookManager: Shutdown hook called\n",
    ),
    (
        "java",
        "26/11/21 10:00:00 INFO SparkContext: Starting job\n"
        'Exception in thread "main" org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 failed\n'
        "\tat org.apache.spark.Somewhere.run(Somewhere.scala:1)\nCaused by: java.lang.IllegalStateException: no lake\n",
    ),
]
