"""What tabs and API need of the program that shows them: a WebUI, or the page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from .errors import InvalidArgument
from .resources import Resource

SEND_TARGETS = ("txt2img", "img2img", "inpaint", "extras")


class Host(Protocol):
    """Implemented for the WebUI (host_webui) and for the page of its own (host_local)."""

    name: str
    """ "webui" or "local"."""

    @property
    def send_targets(self) -> Sequence[str]:
        """Tabs that a prompt can be sent to, of SEND_TARGETS; none where there are no such tabs."""

    def busy(self, job: str) -> AbstractContextManager[None]:
        """Waits for the turn of long work, then marks the host as busy until the block is left.

        Whatever ends the block, the host's state is afterwards as it was.
        """

    def report(self, done: int, total: int, text: str) -> None:
        """Progress of the work in the busy() block; total 0 = not known."""

    def interrupted(self) -> bool:
        """Whether the user asked the host to stop the work in the busy() block."""

    def interrupt(self) -> None:
        """Asks for that, as the host's own button does."""

    def setting(self, key: str, default: Any) -> Any:
        """The value of one of our settings (see settings.SETTINGS) in the host's settings page."""

    def may_read(self, folder: str) -> bool:
        """Whether a client may name this folder of the server: its pictures, its label lists."""

    def resources(self) -> list[Resource] | None:
        """The checkpoints, VAEs, LoRAs and embeddings that the host has; None = it has no such."""

    def connect_send_button(
        self, button: Any, target: str, infotext: Any, image: Any | None
    ) -> None:
        """Makes a click on the button paste the text (and the image where there is one) there.

        infotext: a Textbox, image: an Image component. The image goes first and the text second, so
        that the sizes a record names win over those of the file. An empty text pastes nothing.
        """


def require_readable(host: Host, folder: str) -> None:
    """Raises InvalidArgument for a folder that the host keeps clients from."""
    if not host.may_read(folder):
        raise InvalidArgument(
            f"{folder[:200]}: not within the folders that may be named here; "
            "`img2prompt serve --allow FOLDER` adds one"
        )
