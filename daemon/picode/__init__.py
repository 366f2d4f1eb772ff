"""PiCode: a terminal workspace with an assistant in it."""

__version__ = "0.1.0"
