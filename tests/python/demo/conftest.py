"""Lets the tests draw held-out pictures with the scripts that drew the training pictures."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "dev" / "demo_model"))
