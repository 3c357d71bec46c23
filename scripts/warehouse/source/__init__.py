"""`warehouse source`: makes a source of a file that somebody has, and fetches files of sources.

Beside scaffold, which writes the T-SQL. In pipeline order: texts (bytes to lines and fields), outline
(titles,
header, records, footer), values (what the texts of a column are), naming, profile (all of it for one file),
contract_text, writing (the files of a project), show.
"""
