"""What every test needs: nothing is fetched from the network, by any of them."""

import os

import pytest

# Before any test module is imported, and for the commands that tests start.
os.environ["IMG2PROMPT_DOWNLOAD"] = "never"


@pytest.fixture(scope="module")
def one_thread():
    """For models so small that more threads make them slower."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
