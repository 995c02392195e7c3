"""The benchmarks measure what they say, and notice wrong results; nothing here asserts how long anything takes."""
