"""The command line of hadoop-streaming (Hadoop's documentation, "Hadoop Streaming")."""

import re
from dataclasses import dataclass, field

from orchard.emulator.outside import UsageError

GENERIC_LISTS = {"-files": "files", "-archives": "archives"}
ONCE = {"-output": "output", "-mapper": "mapper", "-reducer": "reducer", "-combiner": "combiner"}
REDUCES = "mapreduce.job.reduces"
OLD_NAMES = {"mapred.reduce.tasks": REDUCES, "mapred.output.compress": "mapreduce.output.fileoutputformat.compress"}
TEXT = ("TextInputFormat", "TextOutputFormat")
PARTITIONERS = ("HashPartitioner", "KeyFieldBasedPartitioner")
AGGREGATE = "aggregate"  # the reducer of Hadoop's library, by its name
IDENTITY = "cat"


@dataclass
class Options:
    """What a job is told.

    Attributes:
        inputs: URIs of files, folders or patterns.
        output: URI of a folder that does not exist.
        mapper: the command.
        reducer: the command, or `aggregate`.
        files: URIs to be laid beside the programs, with `#name` or without.
        archives: such to be unpacked there.
        settings: `-D` settings, by their names with underscores, as the programs see them.
        environment: variables of `-cmdenv`.
        reduces: the number of reduce tasks; none: the mappers' output is the job's.
        key_fields: how many fields (by tab) of a line are its key.
        partition_fields: how many of them tell its reducer; 0: the whole key by its hash.
        gzipped: whether the output is compressed.
    """

    inputs: list[str] = field(default_factory=list)
    output: str = ""
    mapper: str = ""
    reducer: str = IDENTITY
    combiner: str = ""
    files: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    reduces: int = 1
    key_fields: int = 1
    partition_fields: int = 0
    gzipped: bool = False


def parse(words: list[str]) -> Options:
    """Read a command line: generic options first, then those of the job, as Hadoop wants them.

    Raises:
        UsageError: an option that is not here, one without its value, or none of the needed.
    """
    asked, told, rest = Options(), dict[str, str](), [word for word in words if word]
    while rest and (rest[0] in GENERIC_LISTS or rest[0].startswith("-D")):
        name = rest.pop(0)
        if name in GENERIC_LISTS:
            getattr(asked, GENERIC_LISTS[name]).extend(_value(name, rest).split(","))
        else:
            _setting(told, name.removeprefix("-D") or _value(name, rest))
    while rest:
        _take(asked, told, rest.pop(0), rest)
    for name in ("inputs", "output", "mapper"):
        if not getattr(asked, name):
            raise UsageError(f"hadoop-streaming: there is no -{name.removesuffix('s')}", "name it")
    _settle(asked, told)
    return asked


def _take(asked: Options, told: dict[str, str], name: str, rest: list[str]) -> None:
    if name in ONCE:
        setattr(asked, ONCE[name], _value(name, rest))
    elif name == "-input":
        asked.inputs += _value(name, rest).split(",")
    elif name == "-file":
        asked.files.append(_value(name, rest))
    elif name == "-cmdenv":
        key, _, value = _value(name, rest).partition("=")
        asked.environment[key] = value
    elif name == "-numReduceTasks":
        told[REDUCES] = _value(name, rest)
    elif name == "-jobconf":
        _setting(told, _value(name, rest))
    elif name in ("-inputformat", "-outputformat", "-partitioner"):
        _class(told, name, _value(name, rest))
    elif name != "-verbose":
        raise UsageError(
            f"ERROR StreamJob: Unrecognized option: {name}",
            "generic options (-D, -files, -archives) come first; the local AWS has no -libjars, -io and debug scripts",
        )


def _value(name: str, rest: list[str]) -> str:
    if not rest:
        raise UsageError(f"hadoop-streaming: the option {name} has no value", "give one after it")
    return rest.pop(0)


def _setting(told: dict[str, str], text: str) -> None:
    name, _, value = text.partition("=")
    told[OLD_NAMES.get(name, name)] = value


def _class(told: dict[str, str], option: str, name: str) -> None:
    short = name.rpartition(".")[2]
    if short not in (PARTITIONERS if option == "-partitioner" else TEXT):
        raise UsageError(f"hadoop-streaming: the local AWS has no {name}", f"leave {option} out, or take text")
    told[option] = short


def _settle(asked: Options, told: dict[str, str]) -> None:
    for command in (asked.mapper, asked.reducer):
        if re.fullmatch(r"(org|com|net)\.[\w.$]+", command):
            raise UsageError(
                f"hadoop-streaming: the local AWS runs programs, not the Java class {command}", "name a program"
            )
    asked.reduces = 0 if asked.reducer == "NONE" else int(told.get(REDUCES, 1))
    asked.key_fields = int(told.get("stream.num.map.output.key.fields", 1))
    if told.get("-partitioner") == "KeyFieldBasedPartitioner":
        asked.partition_fields = _fields(told)
    if told.get("mapreduce.output.fileoutputformat.compress") == "true":
        codec = told.get("mapreduce.output.fileoutputformat.compress.codec", "")
        if not codec.endswith(".GzipCodec"):
            raise UsageError(f"hadoop-streaming: the local AWS has no codec {codec}".rstrip(), "take GzipCodec")
        asked.gzipped = True
    asked.settings = {re.sub(r"\W", "_", name): value for name, value in told.items() if not name.startswith("-")}


def _fields(told: dict[str, str]) -> int:
    given = told.get("mapreduce.partition.keypartitioner.options", "-k1,1")
    found = re.fullmatch(r"-k1,(\d+)", given.strip())
    if not found:
        raise UsageError(f"hadoop-streaming: the partitioner's options {given} are not here", "take -k1,N")
    return int(found.group(1))
