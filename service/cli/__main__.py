"""`python -m service.cli` is `takedown-verifier`."""

from service.cli.main import main

main()
