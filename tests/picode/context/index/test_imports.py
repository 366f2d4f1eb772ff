"""What is imported, as paths of the project."""

import pytest

from picode.context.index.imports import Resolver

PATHS = [
    "src/app/__init__.py", "src/app/cli.py", "src/app/web/views.py", "src/app/web/forms.py", "lib/cli.py",
    "ui/src/main.ts", "ui/src/util.ts", "ui/src/parts/index.ts", "go/cmd/main.go", "go/store/db.go", "go/store/row.go",
    "rs/src/tab/mod.rs", "rs/src/tab/layout.rs", "rs/src/lib.rs", "j/com/acme/User.java", "c/include/list.h", "c/a.c",
    "infra/net/main.tf",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "language", "imported", "found"),
    [
        ("src/app/web/views.py", "python", "app.cli", ["src/app/cli.py"]),
        ("src/app/web/views.py", "python", ".forms", ["src/app/web/forms.py"]),
        ("src/app/web/views.py", "python", "..cli", ["src/app/cli.py"]),
        ("src/app/web/views.py", "python", "..", ["src/app/__init__.py"]),
        ("src/app/web/views.py", "python", "os.path", []),
        ("lib/other.py", "python", "cli", ["lib/cli.py"]),
        ("ui/src/main.ts", "typescript", "./util", ["ui/src/util.ts"]),
        ("ui/src/main.ts", "typescript", "./parts", ["ui/src/parts/index.ts"]),
        ("ui/src/main.ts", "typescript", "react", []),
        ("go/cmd/main.go", "go", "example.org/x/store", ["go/store/db.go", "go/store/row.go"]),
        ("rs/src/lib.rs", "rust", "crate::tab::layout::Pane", ["rs/src/tab/layout.rs"]),
        ("rs/src/lib.rs", "rust", "tab", ["rs/src/tab/mod.rs"]),
        ("rs/src/lib.rs", "rust", "crate::tab::{layout, Tab}", ["rs/src/tab/mod.rs"]),
        ("rs/src/lib.rs", "rust", "std::io", []),
        ("j/com/acme/Main.java", "java", "com.acme.User", ["j/com/acme/User.java"]),
        ("c/a.c", "c", "list.h", ["c/include/list.h"]),
    ],
)
def test_an_import_is_resolved(path: str, language: str, imported: str, found: list[str]) -> None:
    assert Resolver(PATHS).resolve(path, language, imported) == found
