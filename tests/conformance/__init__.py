"""Public test suites, run against a served installation."""
