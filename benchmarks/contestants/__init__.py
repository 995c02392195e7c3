"""The programs that are measured, each a process of its own: a job on standard input, a report on standard output."""
