"""Entry of the command line: the parser, and what each kind of error becomes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from estimator.cli import (
    backtest,
    compare,
    data,
    evidence,
    link,
    measure,
    names,
    portfolio,
    prices,
    replay,
    scenarios,
    schema,
    store,
    sweep,
    swept,
    validate,
)
from estimator.cli.output import BadInput, one_line
from estimator.errors import EvidenceError, FitError, InputError, PriceNotFoundError, StoreError
from estimator.version import __version__

FAMILIES = (
    compare,
    scenarios,
    sweep,
    swept,
    portfolio,
    measure,
    backtest,
    validate,
    replay,
    prices,
    data,
    evidence,
    link,
    schema,
    names,
    store,
)
DONE, FAILED, BAD = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """argparse whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line that says what is wrong and leave with status 2."""
        self.exit(BAD, one_line(f"{self.prog}: {message}; see {self.prog} --help") + "\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = Parser(prog="python -m estimator", description=__doc__)
    parser.description = "What each way to a model costs, how good it gets, which one to take."
    parser.add_argument("--version", action="version", version=f"estimator {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in FAMILIES:
        family.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 2 bad input, 1 anything else."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = build_parser().parse_args(argv)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return int(status or DONE)
    except (BadInput, InputError, PriceNotFoundError) as error:
        return _fail(BAD, str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _fail(FAILED, "interrupted")
    except (EvidenceError, FitError, StoreError) as error:
        return _fail(FAILED, str(error))
    except Exception as error:
        if os.environ.get("ESTIMATOR_TRACEBACK"):
            raise
        text = f"internal error, {type(error).__name__}: {error} (ESTIMATOR_TRACEBACK=1 shows more)"
        return _fail(FAILED, text)


def _fail(status: int, message: str) -> int:
    print(one_line(message), file=sys.stderr)
    return status
