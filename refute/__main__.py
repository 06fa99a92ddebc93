"""``python -m refute`` is the command line."""

from refute.cli import main

main()
