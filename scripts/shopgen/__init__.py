"""An invented shop's daily exports, with faults in them, and the truth about both.

The specification is docs/truth.md. A package of its own: it imports nothing of ours, and of ours only the
command `warehouse generate` imports it, so that the loader and its examiner share no mistake. In pipeline
order: streams (chance), words, schema, kinds (faults by name), damage (a fault put into a record), records,
rates, customers, products, orders, settle (what becomes of an order's records), dialect (fields to bytes),
drops (records to files), ledger (counts), truth (the document), run.
"""
