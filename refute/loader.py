"""From files to claims: a claim's id is its path below a folder ``claims``; nothing is registered anywhere."""

from __future__ import annotations

import dataclasses
import fnmatch
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from refute.claim import Claim, require_complete
from refute.errors import ClaimError, UsageError


def catalogue_root() -> Path:
    """The folder that holds ``claims/``, ``oracles/`` and ``strategies/``: a checkout's root, or the installed catalogue."""
    package = Path(__file__).resolve().parent
    installed = package / "catalogue"
    return installed if (installed / "claims").is_dir() else package.parent


def on_path() -> None:
    """Put the catalogue on the import path, so that claim files find ``oracles`` and ``strategies``."""
    root = str(catalogue_root())
    if root not in sys.path:
        sys.path.insert(0, root)


def claim_files(folder: Path) -> Iterator[Path]:
    """The claim files below a folder, in order; ``sources.py`` and private modules are not claims."""
    for path in sorted(folder.rglob("*.py")):
        if path.name != "sources.py" and not path.name.startswith(("_", "test_", "conftest")):
            yield path


def identity(path: Path) -> str:
    """The id of a claim file: its path below ``claims/`` without suffix, or its stem elsewhere."""
    resolved = path.resolve()
    root = catalogue_root() / "claims"
    if resolved.is_relative_to(root):
        return resolved.relative_to(root).with_suffix("").as_posix()
    return resolved.stem


def load(path: Path) -> list[Claim]:
    """The claims of one file (``claim = Claim(...)`` or ``claims = [...]``); `ClaimError` says in one sentence what is wrong."""
    name = identity(path)
    if not path.is_file():
        raise ClaimError(f"there is no file {path}", name)
    on_path()
    module_name = "refute_claim_" + name.replace("/", "_").replace("-", "_")
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ClaimError(f"{path} is not a Python file", name)
    module = importlib.util.module_from_spec(spec)
    folder = str(path.resolve().parent)
    added = folder not in sys.path
    if added:
        sys.path.append(folder)
    try:
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ClaimError(f"a syntax error in line {error.lineno} of {path.name}: {error.msg}", name) from error
    except ClaimError as error:
        raise ClaimError(error.problem, name) from error
    except Exception as error:
        missing = str(error)
        if isinstance(error, TypeError) and "required keyword-only argument" in missing:
            raise ClaimError(f"the claim lacks {missing.split('argument')[1].lstrip('s: ')}", name) from error
        raise ClaimError(f"loading {path.name} raised {type(error).__name__}: {missing}", name) from error
    finally:
        if added:
            sys.path.remove(folder)
    found = getattr(module, "claims", None) or [getattr(module, "claim", None)]
    if any(not isinstance(item, Claim) for item in found):
        raise ClaimError(f"{path.name} defines no variable `claim` that is a Claim", name)
    named = []
    for position, item in enumerate(found):
        identifier = name if len(found) == 1 else f"{name}-{position + 1}"
        complete = dataclasses.replace(item, id=identifier, text=item.text or (module.__doc__ or ""))
        require_complete(complete)
        named.append(complete)
    return named


def select(patterns: Sequence[str]) -> list[Path]:
    """Claim files for the command line: files, folders, ids or id patterns such as ``isometry/*``; all if none is given."""
    root = catalogue_root() / "claims"
    catalogue = {identity(path): path for path in claim_files(root)}
    if not patterns:
        return list(catalogue.values())
    chosen: list[Path] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            found = list(claim_files(path))
        elif path.is_file():
            found = [path]
        else:
            found = [
                file
                for name, file in catalogue.items()
                if fnmatch.fnmatch(name, pattern) or name.startswith(pattern.rstrip("/") + "/")
            ]
        if not found:
            near = ", ".join(list(catalogue)[:5])
            raise UsageError(
                f"{pattern!r} is neither a file, a folder, nor the id of a claim (such as {near}); `refute list` shows all"
            )
        chosen += [file for file in found if file not in chosen]
    return chosen


def find(identifier: str, files: Sequence[Path] = ()) -> Claim:
    """The claim of an id, from the given files or the catalogue; a given file with one claim needs no matching id."""
    base = identifier.rsplit("-", 1)[0]
    root = catalogue_root() / "claims"
    for path in files or (root / f"{identifier}.py", root / f"{base}.py"):
        if not path.is_file():
            continue
        claims = load(path)
        for claim in claims:
            if claim.id == identifier or (files and len(claims) == 1):
                return claim
    where = f"in {', '.join(str(path) for path in files)}" if files else "in the catalogue; name its file with --claim"
    raise ClaimError(f"there is no such claim {where}", identifier)
