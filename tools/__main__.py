"""``python3 -m tools <command>``: what the Makefile's targets call."""

import argparse
import signal
import sys

from . import commands
from .steps import StepFailed, exit_with_sentence, say


def main(arguments=None):
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return options.run(options) or 0
    except StepFailed as error:
        return exit_with_sentence(error)
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="python3 -m tools", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for name, command in commands.COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.__doc__.splitlines()[0])
        for flags, settings in commands.ARGUMENTS.get(name, ()):
            subparser.add_argument(*flags, **settings)
        subparser.set_defaults(run=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
