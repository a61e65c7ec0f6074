"""The command line of CONTRACT section 4: parse, call, print; one small file per family."""

from estimator.cli.main import main

__all__ = ["main"]
