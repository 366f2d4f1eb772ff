"""The number of the protocol, apart from the version of the package: it grows when an old client could misread."""

PROTOCOL = 1
