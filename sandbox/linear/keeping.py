"""What of a Linear outlives a restart."""

from typing import Any

from sandbox.linear.building import Building
from sandbox.linear.uploads import Uploads
from sandbox.linear.webhooks import Webhooks


class Keeping(Building):
    """A Linear that can be kept, and be the same again."""

    webhooks: Webhooks
    _uploads: Uploads

    def kept(self) -> dict[str, Any]:
        """Return what outlives a restart: entities, secrets in force, files, and what webhooks told."""
        return {
            "world": self._world.kept(),
            "credentials": self._credentials.kept(),
            "webhooks": self.webhooks.kept(),
            "uploads": {"held": self._uploads.held},
        }

    def recall(self, kept: dict[str, Any]) -> None:
        """Become what was kept, in place of what there is."""
        self._world.recall(kept["world"])
        self._credentials.recall(kept["credentials"])
        self.webhooks.recall(kept["webhooks"])
        self._uploads.held = kept["uploads"]["held"]
