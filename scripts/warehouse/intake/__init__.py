"""Looks at delivered files: what each holds as a whole, and the form in which the server can read it.

After contracts, before plan. What a record says is the server's business; what a file is (its hash, encoding,
header, how many records it has, whether it can be loaded at all) is found here. In pipeline order: archives
(gzip, zip), encodings (to UTF-8), records (counting them), headers (judged by the contract), shapes (records
among titles and footers), files (all of it for one file), staging (the copy that the server reads, where the
delivery will not do).
"""

from warehouse.intake.files import (
    Delivered,
    LandingFile,
    PlanError,
    find_files,
    inspect,
    landing_files,
    look_into,
    named_file,
)
from warehouse.intake.staging import clear_staged, stage, staged_path

__all__ = [
    "Delivered",
    "LandingFile",
    "PlanError",
    "clear_staged",
    "find_files",
    "inspect",
    "landing_files",
    "look_into",
    "named_file",
    "stage",
    "staged_path",
]
