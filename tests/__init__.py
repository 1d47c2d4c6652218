"""The tests of dardr. A package of its own, because a dependency installs another one named ``tests``."""
