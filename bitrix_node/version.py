"""The version of the package, of the node and of the job protocol's two ends."""

VERSION = "0.1.0"
