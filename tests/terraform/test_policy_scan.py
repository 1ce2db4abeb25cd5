from checks import policy


def test_no_check_fails_and_few_are_skipped():
    found = policy.scan()
    assert found.failed == []
    assert found.passed > 150
    assert len(found.skipped) <= policy.MOST_SKIPS
    assert all(len(line.split(": ", 1)[1]) > 20 for line in found.skipped), "every skip says why"


def test_a_careless_bucket_is_found(tmp_path):
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "open" {\n  bucket = "open"\n}\n')
    found = policy.scan(tmp_path)
    assert any("CKV2_AWS_6" in line and "aws_s3_bucket.open" in line for line in found.failed)
