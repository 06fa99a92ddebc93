"""The command line: list, show, run, report, verify, replay, new."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refute.errors import CertificateRejected, ClaimError, UsageError

if TYPE_CHECKING:
    from refute import records
    from refute.claim import Claim

app = typer.Typer(
    help="Is a published theorem true exactly as it is printed? Searches for counterexamples and decides them rigorously.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Targets = Annotated[
    list[str] | None, typer.Argument(help="Claim ids, patterns such as 'isometry/*', files or folders; all if none.")
]
Reports = Annotated[Path | None, typer.Option(help="Folder for records, certificates and Markdown pages.")]
ClaimFile = Annotated[Path | None, typer.Option("--claim", help="The claim's file, if it is not in the catalogue.")]

DATABASE = Path(".refute/examples")


def main() -> None:
    """Entry point: usage errors and unloadable claims end with status 2 and one sentence."""
    try:
        app()
    except (UsageError, ClaimError) as error:
        print(f"refute: {error}", file=sys.stderr)
        raise SystemExit(2) from None


@app.command("list")
def list_claims(targets: Targets = None) -> None:
    """List claims: id, what is expected of it, title, source."""
    from refute.loader import load, select

    unloadable = False
    for path in select(targets or []):
        try:
            for claim in load(path):
                known = "" if claim.expect == "survived" else f"  [known to be {claim.expect}]"
                print(f"{claim.id}{known}\n    {claim.title}\n    {claim.source} [{claim.provenance}]")
        except ClaimError as error:
            unloadable = True
            print(f"refute: {error}", file=sys.stderr)
    if unloadable:
        raise typer.Exit(2)


@app.command()
def show(target: Annotated[str, typer.Argument(metavar="CLAIM", help="A claim id or file.")]) -> None:
    """Show one claim: the theorem, its statement, hypotheses, quantities and mutants."""
    for claim in _claims(target):
        print(f"{claim.id}: {claim.text.strip()}\n")
        print(f"source      {claim.source} [{claim.provenance}]")
        if claim.reading:
            print(f"reading     {claim.reading}")
        if claim.expect != "survived":
            print(f"expected    {claim.expect}; corrected by {claim.corrected_by}")
        for hypothesis in claim.hypotheses:
            print(f"hypothesis  {claim.latex(hypothesis)}")
        print(f"statement   {claim.latex()}")
        for quantity, meaning in claim.definitions.items():
            print(f"  {quantity!s:<18} {meaning}")
        for mutant in claim.mutants:
            print(f"mutant      {mutant.name}: false, because {mutant.because}")


@app.command()
def run(
    targets: Targets = None,
    budget: Annotated[str, typer.Option(help="Time per claim, its mutants included, such as 3s or 2m.")] = "3s",
    lanes: Annotated[
        str, typer.Option(help="Comma-separated lanes: replay, corners, sample, ascent, structured; all if empty.")
    ] = "",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 for one per processor.")] = 0,
    shard: Annotated[str, typer.Option(help="Only part i of n of the claims, such as 2/8.")] = "1/1",
    output: Annotated[str, typer.Option("--format", help="table or jsonl.")] = "table",
    reports: Reports = None,
) -> None:
    """Search, decide and report.  Status 0: every verdict is as its claim expects; 1: something differs."""
    import os

    from refute import runner
    from refute.loader import select
    from refute.progress import observer

    options = _options(budget, lanes, device, seed, reports)
    if output not in ("table", "jsonl"):
        raise UsageError(f"--format is {output!r}, but should be table or jsonl")
    paths = _part(select(targets or []), shard)
    _require_writable(reports)
    finished: list[records.Claim] = []
    interrupted = False
    watch = observer(len(paths), output)
    try:
        with watch:
            for record in runner.run(paths, options, jobs or os.cpu_count() or 1, watch.progress):
                finished.append(record)
                _save(record, reports)
                watch.finished(record, reports)
    except KeyboardInterrupt:
        interrupted = True
    if reports is not None and finished:
        _write_report(reports, finished, jobs)
    watch.summary(finished, reports, interrupted)
    if interrupted:
        raise typer.Exit(130)
    if not finished:
        raise UsageError(f"no claim was examined: {len(paths)} claim files in shard {shard}")
    raise typer.Exit(0 if all(record.as_expected for record in finished) else 1)


@app.command()
def report(
    reports: Annotated[Path, typer.Option(help="Folder that holds the run records.")] = Path("reports"),
    jobs: Annotated[int, typer.Option(min=0, help="Processes that draw; 0 for one per processor.")] = 0,
) -> None:
    """Write the pages again from the records of earlier runs."""
    if not (reports / RUNS).exists():
        raise UsageError(f"{reports / RUNS} does not exist; `refute run --reports {reports}` writes it")
    from refute import records

    if not records.read(reports / RUNS):
        raise UsageError(
            f"{reports / RUNS} holds no record that this version reads; `refute run --reports {reports}` writes some"
        )
    _write_report(reports, [], jobs)
    print(reports / "README.md")


@app.command()
def verify(
    certificates: Annotated[list[Path], typer.Argument(metavar="CERTIFICATE…", help="Certificate files.")],
    claim: ClaimFile = None,
) -> None:
    """Decide certificates again, from the files alone.  Status 0: all accepted; 1: one is rejected."""
    from refute import certificate
    from refute.loader import find

    accepted = True
    for path in certificates:
        try:
            found = certificate.read(path)
            subject = certificate.load_claim(found, lambda identifier: find(identifier, [claim] if claim else ()))
            ruling = certificate.verify(found, subject)
            of = f"{found.claim}, mutant {found.mutant!r}" if found.mutant else found.claim
            print(f"{path}: accepted, {of} is violated: {ruling.sides}")
        except CertificateRejected as error:
            accepted = False
            print(f"{path}: rejected, because {error}")
    raise typer.Exit(0 if accepted else 1)


@app.command()
def replay(
    target: Annotated[str, typer.Argument(metavar="CLAIM", help="A claim id or file.")],
    reports: Annotated[Path, typer.Option(help="Folder with certificates of earlier runs.")] = Path("reports"),
) -> None:
    """Decide again the stored instances of a claim: printed in its paper, its certificate, its mutants' killers."""
    from refute import certificate
    from refute.judge import Judge

    for claim in _claims(target):
        for position, instance in enumerate(claim.replay, 1):
            ruling = Judge(claim).rule(instance)
            print(f"{claim.id}: printed instance {position}: {ruling.outcome}: {ruling.sides}")
        for mutant in ("", *(mutant.name for mutant in claim.mutants)):
            path = certificate.path_in(reports / "certificates", claim.id, mutant)
            if not path.exists():
                continue
            what = f"mutant {mutant!r}" if mutant else "certificate"
            try:
                ruling = certificate.verify(certificate.read(path), claim)
                print(f"{claim.id}: {what}: {ruling.outcome}: {ruling.sides}")
            except CertificateRejected as error:
                print(f"{claim.id}: {what}: rejected, because {error}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the claim file, without suffix.")],
    folder: Annotated[Path, typer.Option(help="Where to write it.")] = Path("."),
) -> None:
    """Write a commented claim file that runs at once."""
    from refute import template

    path = template.new(name, folder)
    print(f"{path}\nrefute run {path}")


RUNS = "runs.jsonl"


def _claims(target: str) -> Iterator[Claim]:
    from refute.loader import load, select

    for path in select([target]):
        yield from load(path)


def _options(budget: str, lanes: str, device: str, seed: int, reports: Path | None) -> Any:
    from refute import lanes as all_lanes
    from refute.examine import Options

    names = tuple(name.strip() for name in lanes.split(",") if name.strip()) or all_lanes.NAMES
    unknown = [name for name in names if name not in all_lanes.NAMES]
    if unknown:
        raise UsageError(f"--lanes names {unknown[0]!r}, but the lanes are {', '.join(all_lanes.NAMES)}")
    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"--device is {device!r}, but should be auto, cpu or cuda")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise UsageError("--device is cuda, but torch finds no CUDA device here; use --device cpu or auto")
    return Options(budget=seconds(budget), lanes=names, device=device, seed=seed, reports=reports, database=DATABASE)


def seconds(text: str) -> float:
    """A duration such as ``4s``, ``2m``, ``1h`` or ``0.5`` in seconds; `UsageError` for anything else."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], units[text[-1]]) if text and text[-1] in units else (text, 1.0)
    try:
        value = float(number) * unit
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise UsageError(f"--budget is {text!r}, but should be a positive duration such as 4s, 2m or 1h")
    return value


def _require_writable(reports: Path | None) -> None:
    """`UsageError` before a search whose records could not be kept."""
    import os

    if reports is None:
        return
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--reports is {reports}, but no folder can be made there: {error.strerror or error}") from None
    if not os.access(reports, os.W_OK | os.X_OK):
        raise UsageError(f"--reports is {reports}, but nothing can be written there")


def _part(paths: list[Path], shard: str) -> list[Path]:
    try:
        position, count = (int(part) for part in shard.split("/"))
    except ValueError:
        position, count = 0, 0
    if not 1 <= position <= count:
        raise UsageError(f"--shard is {shard!r}, but should be i/n with 1 <= i <= n, such as 2/8")
    return paths[position - 1 :: count]


def _save(record: records.Claim, reports: Path | None) -> None:
    if reports is not None:
        from refute import records

        records.append(record, reports / RUNS)


def _write_report(reports: Path, finished: list[records.Claim], jobs: int) -> None:
    """Pages of the latest records, without those of catalogue claims that no longer exist."""
    import os

    from refute import records
    from refute.loader import identity, select
    from refute.report import write

    catalogue = {identity(path) for path in select([])}
    keep = {record.claim for record in finished}
    latest = records.latest(reports / RUNS)

    def current(name: str) -> bool:
        return name in keep or "/" not in name or name in catalogue or name.rpartition("-")[0] in catalogue

    shown = {name: record for name, record in latest.items() if current(name)}
    write(shown, reports, jobs or os.cpu_count() or 1)
