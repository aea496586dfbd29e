"""One state file, one server; and how the file is replaced."""

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from audience_mock.app import Options, create_parts
from audience_mock.cli import main
from audience_mock.seeds import SeedProblem
from audience_mock.session import state_lock
from audience_mock.session.file_writer import replace
from audience_mock.session.state_lock import StateLock, is_mount
from audience_mock.testing import MockServer


def test_a_second_server_is_refused_and_names_the_first_ones_process(tmp_path: Path) -> None:
    path, link = tmp_path / "state.json", tmp_path / "link.json"
    link.symlink_to(path)
    with MockServer(seed="empty", state=path):
        for name in (path, link):
            with pytest.raises(SeedProblem, match=f"{name.name} is in use by another server, process {os.getpid()};"):
                create_parts(Options(seed="empty", state=name))
    with MockServer(seed="empty", state=link):
        assert link.is_symlink()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.json", "state.json"]


def test_a_server_that_does_not_start_gives_the_file_free(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("{")
    for _ in range(2):
        with pytest.raises(SeedProblem, match="is not JSON"):
            create_parts(Options(state=path))
    StateLock(path).release()


def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    path = tmp_path / "state.json"
    path.write_text("{}")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SeedProblem, match=r"^the state file .*state\.json cannot be read: Permission denied; [^\n]+$"):
        create_parts(Options(seed="empty", state=path))


def test_a_file_name_that_the_system_refuses_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    for options in (Options(seed="empty", state=path), Options(seed=str(path))):
        with pytest.raises(SeedProblem, match=r"x cannot be read: File name too long; [^\n]+$"):
            create_parts(options)
    done = CliRunner().invoke(main, ["--state", str(path / "state.json")])
    assert done.exit_code == 2
    assert "there is no folder" in done.stderr


def test_the_longest_name_of_a_file_is_locked_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / f"{'é' * 120}.state.json{'x' * 4}"
    assert len(os.fsencode(path.name)) == 255
    lock = StateLock(path)
    with pytest.raises(SeedProblem, match=f"is in use by another server, process {os.getpid()};"):
        StateLock(path)
    replace(path, lambda: [b"old"])
    replace(path, lambda: [b"new"])
    assert path.read_text() == "new"
    lock.release()
    assert list(tmp_path.iterdir()) == [path]


def test_the_lock_of_a_killed_server_holds_nobody(tmp_path: Path) -> None:
    (tmp_path / ".state.json.lock").write_text("4194304")
    StateLock(tmp_path / "state.json").release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_mounted", [True, False], ids=["mounted", "folder cannot be written to"])
def test_without_a_file_beside_it_the_state_file_itself_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_mounted: bool
) -> None:
    path = tmp_path / "state.json"
    path.write_text("")

    def refuse(_: StateLock) -> None:
        raise PermissionError(errno.EACCES, "refused")

    if is_mounted:
        monkeypatch.setattr(state_lock, "is_mount", lambda _: True)
    else:
        monkeypatch.setattr(StateLock, "_lock_beside", refuse)
    first = StateLock(path)
    monkeypatch.setattr(StateLock, "_lock_beside", refuse)
    with pytest.raises(SeedProblem, match="in use by another server"):
        StateLock(path)
    first.release()


def test_a_file_that_is_none_is_refused() -> None:
    with pytest.raises(SeedProblem, match="/dev/null is not a regular file"):
        StateLock(Path(os.devnull))


def test_nothing_else_is_a_mount(tmp_path: Path) -> None:
    assert not is_mount(tmp_path / "a b")
    assert is_mount(Path("/proc"))


def test_a_replacement_keeps_the_symlink_and_the_mode(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path, target = tmp_path / "state.json", tmp_path / "there" / "real.json"
    target.write_text("old and longer")
    target.chmod(0o640)
    path.symlink_to(target)
    before = target.stat()
    replace(path, lambda: [b"ne", b"w"])
    assert path.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode == before.st_mode
    assert target.stat().st_ino != before.st_ino
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_a_replacement_keeps_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    os.chown(path, 1234, 2345)
    replace(path, lambda: [b"new"])
    assert (path.stat().st_uid, path.stat().st_gid, path.read_text()) == (1234, 2345, "new")


@pytest.mark.parametrize(("method", "number"), [("replace", errno.EBUSY), ("open", errno.EACCES)])
def test_a_file_that_cannot_be_replaced_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, number: int
) -> None:
    """EBUSY is the answer for a file that is itself a mount, as with docker -v FILE:FILE."""
    path = tmp_path / "state.json"
    path.write_text("old and longer")
    before = path.stat()
    kept = getattr(Path, method)

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if self.name.endswith(".part"):
            raise OSError(number, "refused")
        return kept(self, *arguments, **options)

    monkeypatch.setattr(Path, method, refuse)
    replace(path, lambda: [b"new"])
    assert path.read_text() == "new"
    assert path.stat().st_ino == before.st_ino
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_with_a_second_name_is_written_in_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    replace(tmp_path / "a", lambda: [b"new"])
    assert (tmp_path / "b").read_text() == "new"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")

    def pieces() -> list[bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace(path, pieces)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
