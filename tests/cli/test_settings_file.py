"""A mistake in the file of settings is said, as one in the environment is."""

from pathlib import Path

from tests.cli.command import run_command


def test_a_mistyped_name_in_the_file_is_logged_without_its_value(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_METRIC_TOKEN=marked-value\nOTHER=marked-value\n")
    status, said = run_command(tmp_path, "migrate", PORCHLIGHT_SMS_ULR="marked-value")
    assert status == 0, said
    assert "PORCHLIGHT_METRIC_TOKEN" in said
    assert "PORCHLIGHT_SMS_ULR" in said
    assert "marked-value" not in said


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("PORCHLIGHT_SMS_URL=json://gruß@gateway.example".encode("latin-1"))
    status, said = run_command(tmp_path, "migrate")
    assert status == 2
    assert said.startswith(".env: this file is not UTF-8.")
