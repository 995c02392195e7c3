"""Workflows (business processes): their templates, how they run, the tasks they set people, what applications add."""
