"""Where the host's files are: the directory that CONTRACT_ROOT names."""

import os

script_path = data_path = os.environ["CONTRACT_ROOT"]
models_path = os.path.join(data_path, "models")
extensions_dir = os.path.join(data_path, "extensions")
