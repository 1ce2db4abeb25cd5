"""`./inv demo`, to its end: the first command that anybody types."""

from orchard.emulator import process


def test_the_demo_goes_from_nothing_to_nothing_and_leaves_the_results(newcomer):
    said = newcomer.inv("demo", "--mode", "mini", "--max-images", "20", "-k", "5", ORCHARD_SPLIT="Training")
    assert "There are no photographs in data/raw/, so this runs on" in said
    assert "emulated on this machine: costs nothing" in said
    assert "canary" not in said, "there is nothing to find out about this machine"
    assert "20 images featurised" in said
    assert "5 components explain" in said
    assert "Nothing tagged Project=orchard is left." in said
    results = newcomer.home / "data" / "emr_output"
    (page,) = (results / "reports").iterdir()
    assert page.as_uri() in said, "a link that a terminal opens"
    last = said[said.index(page.as_uri()) :]
    assert "What next:" in last
    assert "./inv similar PHOTO" in last
    assert "[y/N]" not in said, "there is no terminal to ask on"
    assert ".photo{background-image:url(data:image/webp" in page.read_text(), "the photographs are in it"
    for kind in ("features", "pca", "runs"):
        assert [path.name for path in (results / kind).iterdir()] == [page.stem]
    assert process.find(newcomer.home) is None, "the local AWS has ended"


def test_the_demo_leaves_alone_what_is_up_already(newcomer):
    process.start(newcomer.home)
    said = newcomer.inv("demo", code=2)
    assert "error: the local AWS is up already, and the demo deletes what it makes there" in said
    assert process.find(newcomer.home) is not None
