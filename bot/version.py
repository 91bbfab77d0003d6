"""The version: of the program, of CHANGELOG.md's newest heading and of pyproject.toml."""

VERSION = "0.6.1"
