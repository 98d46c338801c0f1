"""How large an input may be, in one place. Beyond these it is refused: no record or publisher's file comes near."""

MAX_BYTES = 50_000_000
"""Of one file. The largest publisher's workbook that is held has 0.6 MB."""
MAX_UNPACKED_BYTES = 200_000_000
"""Of all parts of a workbook, or of a Parquet file, when unpacked. The largest held workbook has 5 MB."""
MAX_PARTS = 2_000
"""Of files in a workbook. The largest held workbook has 40."""
MAX_RATIO = 200
"""How many times larger a workbook's part may be than packed. Held workbooks stay below 30; a zip bomb has 1000."""
MIN_RATIO_BYTES = 1_000_000
"""Smaller parts harm nobody, however well they were packed."""
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000
"""Of a sheet. Rows and columns that hold nothing do not count."""
MAX_CELLS = 2_000_000
"""Of the rectangle that a sheet's values span: readers keep all of it in memory."""
MAX_RECORD_ROWS = 1_000_000
MAX_RECORD_COLUMNS = 200
"""Of a record table. The widest contract has 40 columns."""
MAX_CELL_CHARACTERS = 32_767
"""Of one cell of a record: what a spreadsheet can hold. The longest held row has 1500 characters."""
MAX_FIELDS_BYTES = 256_000
"""Of document.yml or source.yml: reading YAML is slow, and the longest has 7 KB."""
MAX_DEPTH = 8
"""Of lists and mappings within each other in YAML. Records have 2."""
QUERY_SECONDS = 60.0
QUERY_MEMORY = "2GB"
"""Of one query on the published warehouse. The queries of the guides need less than 1 s and 100 MB."""
QUERY_ROWS = 1_000_000
"""That one query may give: more is a download, for which the release has Parquet files."""
MAX_REJECTED_PCT = 1.0
"""Of the rows of an extract of dossiers, in percent: beyond, the mapping is wrong rather than the rows."""
DOSSIER_MEMORY = "2GB"
"""Of the landing of one extract; what needs more is spilled to the disk."""
