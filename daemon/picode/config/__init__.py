"""Settings: what can be set (`schema`), where a value came from (`layers`), and changing one (`edit`)."""

from picode.config.layers import Loaded, load
from picode.config.schema import Settings

__all__ = ["Loaded", "Settings", "load"]
