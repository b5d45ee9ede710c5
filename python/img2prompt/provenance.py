"""What a file claims about how its picture came about, as rows for people."""

from __future__ import annotations

from typing import Any


def provenance_title(claims: dict[str, Any]) -> str:
    """What stands above the rows."""
    return f"Provenance, as {claims['source']} claims it (not verified)"


def provenance_rows(claims: dict[str, Any]) -> dict[str, str]:
    """The claims of Metadata.provenance that are there, a row each."""
    ai = {True: "yes", False: "no", None: "not stated"}[claims["ai_generated"]]
    kind = claims["digital_source_type"]
    rows = {
        "AI-generated": f"{ai} ({kind})" if kind else ai,
        "Made with": ", ".join(claims["software_agents"]),
        "Actions": ", ".join(claims["actions"]),
        "Title": claims["title"],
        "Written by": claims["claim_generator"],
        "Signed as": claims["signed_by"],
    }
    return {name: text for name, text in rows.items() if text}
