from pathlib import Path

from picode.installation.places import (
    rc_file,
    zellij_config,
    zellij_layouts,
    zellij_permissions,
    zellij_sockets,
)

HOME = Path("/home/someone")


def test_layouts_lie_where_zellij_looks_from_its_second_start_on() -> None:
    assert zellij_layouts({"XDG_CONFIG_HOME": "/x"}, HOME) == HOME / ".config/zellij/layouts"
    assert zellij_config({"ZELLIJ_CONFIG_DIR": "/z"}, HOME) == Path("/z")


def test_a_directory_of_layouts_that_the_configuration_names_is_respected() -> None:
    config = '// layout_dir "/not/this"\n  layout_dir "/my/layouts" // mine\n'
    assert zellij_layouts({}, HOME, config) == Path("/my/layouts")


def test_permissions_lie_in_zellijs_cache() -> None:
    assert zellij_permissions({}, HOME, "linux") == HOME / ".cache/zellij/permissions.kdl"
    assert zellij_permissions({"XDG_CACHE_HOME": "/k"}, HOME, "linux") == Path("/k/zellij/permissions.kdl")
    assert zellij_permissions({"XDG_CACHE_HOME": "rel"}, HOME, "linux").is_relative_to(HOME)
    assert "Library/Caches" in str(zellij_permissions({}, HOME, "darwin"))


def test_sockets_lie_where_the_environment_says() -> None:
    assert zellij_sockets({"ZELLIJ_SOCKET_DIR": "/s", "XDG_RUNTIME_DIR": "/r"}, 7) == Path("/s")
    assert zellij_sockets({"XDG_RUNTIME_DIR": "/r"}, 7) == Path("/r/zellij")
    assert zellij_sockets({"TMPDIR": "/t"}, 7) == Path("/t/zellij-7")


def test_each_shell_has_its_own_rc_file() -> None:
    assert rc_file("bash", {}, HOME) == HOME / ".bashrc"
    assert rc_file("zsh", {"ZDOTDIR": "/zsh"}, HOME) == Path("/zsh/.zshrc")
    assert rc_file("fish", {"XDG_CONFIG_HOME": "/c"}, HOME) == Path("/c/fish/config.fish")
