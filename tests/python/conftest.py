"""What every test needs: nothing is fetched from the network, by any of them."""

import os

# Before any test module is imported, and for the commands that tests start.
os.environ["IMG2PROMPT_DOWNLOAD"] = "never"
