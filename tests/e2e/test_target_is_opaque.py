import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The target itself, the setting's definition, and the demonstration, which is of the local target by its nature.
KNOWING = ("orchard/aws/target.py", "orchard/base/config.py", "orchard/demo.py")

ASKING = re.compile(
    r"""(==|!=|\bin\b|\bcase\b)\s*[(\[{]?\s*["'](local|aws)["']|\btarget\.name\b|\bsettings\.target\b"""
)


def test_only_the_target_knows_which_one_it_is():
    """No code decides by the target's name: what differs is asked of the target as a property."""
    for path in [*(ROOT / "orchard").rglob("*.py"), ROOT / "tasks.py"]:
        name = path.relative_to(ROOT).as_posix()
        if name in KNOWING or name.startswith("orchard/emulator/"):
            continue
        text = path.read_text()
        asked = ASKING.search(text)
        assert not asked, f"{name} asks for the target by name: {asked[0]}"
