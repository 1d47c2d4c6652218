"""Every process, one package for each kind of record and version. See ``workflows.get``."""
