"""What readers and ERPs see: pages, the API, images. A handler reads, asks the archive, and renders."""
