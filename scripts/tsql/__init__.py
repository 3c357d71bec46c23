"""T-SQL text without an engine: tokens, batches, names, references, normalised hashes.

First in the pipeline and imported by every other package; imports none of them.
"""
