"""An invented shop's daily exports, with faults in them, and the truth about both.

The specification is docs/truth.md. A package of its own: it imports nothing of ours, and of ours only the
command `warehouse generate` imports it, so that the loader and its examiner share no mistake. In pipeline
order: errors, streams (chance), calendar, words, schema, kinds (faults by name), dialect (fields to bytes),
damage (a fault put into a record), records (versions of a key), ledger (figures), drift and delivery (one
file), drops (records to files), rates, customers, products, settle (what becomes of an order's records),
afflict (faults of orders), orders, truth (the document), run.
"""
