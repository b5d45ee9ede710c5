"""Reports are kept, so that tests can ask for them."""

import sys
import traceback

reports: list[str] = []


def report(message: str, *, exc_info: bool = False) -> None:
    text = message + ("\n" + traceback.format_exc() if exc_info else "")
    reports.append(text)
    print(text, file=sys.stderr)
