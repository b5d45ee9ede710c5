"""`python -m img2prompt` is the `img2prompt` command."""

import sys

from img2prompt_cli import main

sys.exit(main())
