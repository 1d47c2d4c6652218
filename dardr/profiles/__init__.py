"""The structure of partnerships, as data: their community safety partnerships and the bodies they work with."""
