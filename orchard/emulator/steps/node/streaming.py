"""hadoop-streaming: a job of MapReduce whose mapper and reducer are programs that read and write lines.

It goes by Hadoop's documentation, "Hadoop Streaming": every input file is a map task; what the mappers write is sorted
by key and parted among the reducers; a line is a key and a value with a tab between them. Combiners are left out, since
a job must come to the same without. One machine, no YARN: as many tasks at a time as the step has cores.
"""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from orchard.emulator.outside import OrchardError
from orchard.emulator.steps import container
from orchard.emulator.steps.node import place, shuffle, streaming_options
from orchard.emulator.steps.node.place import Node
from orchard.emulator.steps.node.streaming_options import Options
from orchard.emulator.steps.node.task import Task

FAILED = 5  # StreamJob's exit code of a job that did not succeed


def main(words: list[str]) -> int:
    """Run a job.

    Raises:
        UsageError: an option that is not here, or none of the needed.
        OrchardError: there is no input, or there is output already.
    """
    asked, node = streaming_options.parse(words), Node.here()
    place.refresh()
    output = node.path(asked.output)
    if output.exists():
        raise OrchardError(
            f"org.apache.hadoop.mapred.FileAlreadyExistsException: Output directory {asked.output} already exists",
            "name another -output, or remove this one before",
        )
    inputs = [found for uri in asked.inputs for found in _inputs(node, uri)]
    job = Job(asked, node, output)
    job.say(f"Running job: {job.name}")
    done = job.run(inputs)
    job.say(f"Job {job.name} {'completed successfully' if done else 'failed with state FAILED'}")
    job.say(job.counted())
    place.publish()
    if done:
        job.say(f"Output directory: {asked.output}", "org.apache.hadoop.streaming.StreamJob")
        return 0
    print("Streaming Command Failed!", file=sys.stderr)
    return FAILED


def _inputs(node: Node, uri: str) -> list[tuple[str, Path]]:
    """Find the files of an input: itself, those in the folder, or those of the pattern; hidden ones do not count."""
    path = node.path(uri)
    found = [path] if path.exists() else sorted(Path(path.anchor).glob(path.relative_to(path.anchor).as_posix()))
    files = [file for one in found for file in (sorted(one.iterdir()) if one.is_dir() else [one])]
    if not found:
        raise OrchardError(
            f"org.apache.hadoop.mapred.InvalidInputException: Input path does not exist: {uri}",
            "name input that is there",
        )
    shown = [file for file in files if file.is_file() and not file.name.startswith(("_", "."))]
    return [(uri if file == path else f"{uri.rstrip('/')}/{file.name}", file) for file in shown]


class Job:
    """One job: its tasks, its counters, its words in the step's syslog."""

    def __init__(self, asked: Options, node: Node, output: Path) -> None:
        self._asked, self._node, self._output = asked, node, output
        self._number = f"{node.started}_{node.yarn.submit().number:04d}"
        self.name = f"job_{self._number}"
        self._folder = node.work / self.name
        self._folder.mkdir()
        self._counters: Counter[tuple[str, str]] = Counter()
        self._resources = self._localize()

    def _localize(self) -> list[Path]:
        resources = self._folder / "files"
        resources.mkdir()
        locate = self._node.local
        found = [container.localize(uri, resources, locate) for uri in self._asked.files]
        for file in found:
            file.chmod(0o755)
        return found + [container.unpack(uri, resources, locate) for uri in self._asked.archives]

    def run(self, inputs: list[tuple[str, Path]]) -> bool:
        """Run all tasks and write the output; returns whether they all succeeded."""
        mapped = [self._task("m", number, self._asked.mapper) for number in range(len(inputs))]
        for task, (uri, file) in zip(mapped, inputs, strict=True):
            task.read(file)
            task.tell(mapreduce_map_input_file=uri, map_input_file=uri, mapreduce_map_input_length=file.stat().st_size)
        if not self._all(mapped):
            return False
        if not self._asked.reduces:
            return self._write(mapped)
        parts = shuffle.parted([task.output for task in mapped], self._folder, self._asked)
        reduced = [self._task("r", number, self._asked.reducer) for number in range(len(parts))]
        for task, part in zip(reduced, parts, strict=True):
            task.read(part)
        return self._all(reduced) and self._write(reduced)

    def _task(self, kind: str, number: int, command: str) -> Task:
        name = f"attempt_{self._number}_{kind}_{number:06d}_0"
        task = Task(name, command, self._folder / name, self._resources)
        task.tell(**self._asked.settings)
        task.tell(
            mapreduce_job_id=self.name,
            mapreduce_task_id=name.replace("attempt", "task").removesuffix("_0"),
            mapreduce_task_attempt_id=name,
            mapreduce_task_partition=number,
            mapreduce_task_ismap=str(kind == "m").lower(),
            mapreduce_job_reduces=self._asked.reduces,
        )
        task.environment |= self._asked.environment
        return task

    def _all(self, tasks: list[Task]) -> bool:
        with ThreadPoolExecutor(max_workers=self._node.cores) as pool:
            codes = list(pool.map(Task.run, tasks))
        for task in tasks:
            self._counters += task.counters
        for task, code in zip(tasks, codes, strict=True):
            if code:
                print(
                    f"Error: java.lang.RuntimeException: PipeMapRed.waitOutputThreads(): subprocess of {task.name} "
                    f"failed with code {code}",
                    file=sys.stderr,
                )
        return not any(codes)

    def _write(self, tasks: list[Task]) -> bool:
        self._output.mkdir(parents=True)
        for number, task in enumerate(tasks):
            shuffle.write_text(task.output, self._output / f"part-{number:05d}", gzipped=self._asked.gzipped)
        (self._output / "_SUCCESS").touch()
        return True

    def counted(self) -> str:
        """Show the counters of the tasks as Hadoop does."""
        lines = [f"Counters: {len(self._counters)}"]
        for group in sorted({group for group, _ in self._counters}):
            lines.append(f"\t{group}")
            lines += [f"\t\t{name}={n}" for (g, name), n in sorted(self._counters.items()) if g == group]
        return "\n".join(lines)

    def say(self, text: str, who: str = "org.apache.hadoop.mapreduce.Job") -> None:
        """Write into the step's syslog, where EMR keeps what Hadoop says of a job."""
        now = datetime.now(UTC)
        with (Path(self._node.base) / "syslog").open("a") as file:
            file.write(f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d} INFO {who} (main): {text}\n")
