"""Odoo's runner skips, without a word, a test file that nothing imports."""

import ast


def _imported(package):
    """Return the names that a package's ``__init__.py`` imports from itself."""
    init = package / "__init__.py"
    if not init.is_file():
        return set()
    tree = ast.parse(init.read_text(encoding="utf-8"))
    froms = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1
    ]
    names = {alias.name for node in froms if not node.module for alias in node.names}
    return names | {node.module.split(".")[0] for node in froms if node.module}


def test_every_test_file_is_imported(addon):
    tests = addon / "tests"
    lost = []
    for path in sorted(tests.rglob("test_*.py")):
        parts = path.relative_to(tests).with_suffix("").parts
        for depth, part in enumerate(parts):
            if part not in _imported(tests.joinpath(*parts[:depth])):
                lost.append(str(path.relative_to(addon)))
                break
    assert not lost


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
