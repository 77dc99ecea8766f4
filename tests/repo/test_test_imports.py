"""Odoo's runner skips, without a word, a test file that nothing imports."""

import ast


def _imported(tests):
    """Return the test modules that ``tests/__init__.py`` names, sub-folders included.

    Odoo's runner takes the modules that are members of the package itself; what only
    a sub-package imports it does not see.
    """
    init = tests / "__init__.py"
    if not init.is_file():
        return []
    return [
        ".".join(filter(None, (node.module, alias.name)))
        for node in ast.parse(init.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    ]


def test_every_test_file_is_imported(addon):
    tests = addon / "tests"
    present = {
        ".".join(path.relative_to(tests).with_suffix("").parts) for path in tests.rglob("test_*.py")
    }
    assert not present - set(_imported(tests))


def test_no_test_file_hides_another(addon):
    """Two modules of one name are one member of the package: the first never runs."""
    names = [name.rpartition(".")[2] for name in _imported(addon / "tests")]
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_every_test_class_is_tagged(addon):
    """A class without tags runs at_install, before the addons that extend it are loaded."""
    untagged = []
    for path in sorted((addon / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and _has_tests(node) and not _is_tagged(node):
                untagged.append(f"{path.relative_to(addon)}: {node.name}")
    assert not untagged


def _has_tests(node):
    return any(
        isinstance(part, ast.FunctionDef) and part.name.startswith("test") for part in node.body
    )


def _is_tagged(node):
    return any(
        isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "tagged"
        for decorator in node.decorator_list
    )
