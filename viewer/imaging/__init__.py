"""Image requests in IIIF's syntax, and the cache of their answers."""
