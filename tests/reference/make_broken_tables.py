"""Write broken-tables/: a file for every rule that a Parquet, Arrow or Excel table can break before its library reads it,
an odd one that must load, and cases.json, which says what is expected of each. Made of the files in tables/ and of workbooks written here.

    python make_broken_tables.py
"""

import io
import json
import struct
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "broken-tables"
CASES = []


def put(name, data, why, says):
    """`says`: words of the refusal, or the rows and columns of the table."""
    (OUT / name).write_bytes(data)
    CASES.append({"file": name, "why": why, "says" if isinstance(says, str) else "shape": says})


def good(name):
    return (HERE / "tables" / name).read_bytes()


# ---------------------------------------------------------------- Parquet


def parquet():
    file = good("none.parquet")
    # The first page begins behind the mark, and the head of a page with its kind: field 1, a 32-bit number.
    assert file[:5] == b"PAR1\x15"
    # Field 1 as a list of 2^31 - 1 structures.
    claim = b"\x19\xfc\xff\xff\xff\xff\x07"
    put("page_head_list.parquet", file[:4] + claim + file[4 + len(claim) :], "the head of a page with a list", "holds what no page has")
    put("page_head_empty.parquet", file[:4] + b"\0" + file[5:], "the head of a page without the page's length", "does not say how long the page is")
    put("middle.parquet", file[: len(file) // 2], "a file that ends in the middle", "Parquet")
    put("footer_length.parquet", file[:-8] + struct.pack("<I", 1 << 31) + file[-4:], "what is known of the file is longer than the file", "Parquet")
    # The size of the first column, unpacked and packed alike: fields 6 and 7, as zigzag numbers behind their field's head.
    start = len(file) - 8 - struct.unpack("<I", file[-8:-4])[0]
    at, size = first_size(file, start)
    minus_one = b"\x81" + b"\x80" * (size - 2) + b"\0"
    put("column_size.parquet", file[:at] + minus_one + file[at + size :], "a column of minus one bytes", "impossible size")


def first_size(file, start):
    """Where the first unpacked size of a column stands, and in how many bytes: behind the number of its values, of which
    every group of rows has 25 or 10, and before the packed size, which is the same."""
    at = file.index(b"\x16\x32\x16", start) + 3
    size = next(i for i in range(9) if file[at + i] < 128) + 1
    assert size > 1 and file[at : at + size] == file[at + size + 1 : at + 2 * size + 1]
    return at, size


# ---------------------------------------------------------------- Arrow


def claiming(name, before, after):
    """Every number `before` of 64 bits as `after`. A batch has 17 rows or 25, whose 64-bit columns take 136 or 200 bytes."""
    file, old = good(name), struct.pack("<q", before)
    assert old in file
    return file.replace(old, struct.pack("<q", after))


def arrow():
    for name, source, before, after, why, says in [
        ("bytes", "uncompressed.feather", 136, 1 << 40, "a column longer than the file", "more bytes than the file has"),
        ("negative_bytes", "uncompressed.feather", 136, -8, "a column of minus eight bytes", "more bytes than the file has"),
        ("rows", "uncompressed.feather", 17, 1 << 40, "too many rows", "more than 5,000,000 rows"),
        ("negative_rows", "uncompressed.feather", 17, -1, "minus one row", "more than 5,000,000 rows"),
        ("unpacked", "lz4.feather", 136, 1 << 40, "a packed part that claims a terabyte", "unpacks to far more"),
        ("negative_unpacked", "lz4.feather", 136, -2, "a packed part of minus two bytes", "impossible size"),
    ]:
        put(f"{name}.feather", claiming(source, before, after), why, says)
    put("stream_bytes.arrow", claiming("stream.arrow", 200, 1 << 40), "a column longer than the stream", "more bytes than the file has")
    put("stream_rows.arrow", claiming("stream.arrow", 25, 1 << 40), "too many rows", "more than 5,000,000 rows")
    file = good("uncompressed.feather")
    put("end.feather", file[:-6], "a file without its end", "its end is missing")
    put("footer.feather", file[:-10] + struct.pack("<i", 1 << 30) + file[-6:], "a table of contents longer than the file", "its end is missing")
    put("first_version.feather", good("version1.feather"), "the first version of Feather", "first version")


# ---------------------------------------------------------------- Excel

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS = f'<sst xmlns="{SHEET}" count="0"/>'


def related(kind, target):
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{packages}"><Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'


def workbook(rows, texts=TEXTS, sheets='<sheet name="S" sheetId="1" r:id="rId1"/>', **parts):
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
        "xl/sharedStrings.xml": texts,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    } | parts
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            if text is not None:
                archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def row(r, *cells):
    return f'<row r="{r}">' + "".join(f'<c r="{at}" t="str"><v>{v}</v></c>' for at, v in cells) + "</row>"


def excel():
    head = row(1, ("A1", "a"), ("B1", "b"))
    # A dense range of them would have 17 thousand million cells; a column without name and cells is none.
    far = row(1, ("A1", "a"), ("C1", "b")) + row(1_048_576, ("A1048576", "1"))
    put("far.xlsx", workbook(far), "three cells far apart", [1, 2])
    put("wide.xlsx", workbook(row(1, ("A1", "a")) + row(2, ("XFD2", "1"))), "a cell far right of the header", "16384 cells, the header has 1")
    put("left.xlsx", workbook(row(1, ("B1", "a")) + row(2, ("A2", "1"))), "a cell left of the header", "row 2 of the sheet has a cell left of the header")
    put("late.xlsx", workbook(head + row(3, ("A3", "1")) + row(2, ("A2", "1"))), "rows out of order", "row 2 comes too late")
    texts = TEXTS.replace('"0"', '"4294967295" uniqueCount="4294967295"')
    put("texts.xlsx", workbook(head, texts), "a list of four thousand million texts", "more texts than it has bytes")
    put("bomb.xlsx", workbook(" " * (64 << 20)), "65 kB that unpack to 64 MB", "far more than workbooks do")
    put("empty.xlsx", workbook(""), "a sheet without a cell", "empty")
    put("no_sheet.xlsx", workbook(head, sheets=""), "a workbook without a sheet", "no sheet")
    put("no_workbook.xlsx", workbook(head, **{"xl/workbook.xml": None}), "an archive of something else", "without a workbook inside")
    put("middle.xlsx", workbook(head)[:300], "a file that ends in the middle", "Excel")


def main():
    OUT.mkdir(exist_ok=True)
    parquet()
    arrow()
    excel()
    (OUT / "cases.json").write_text(json.dumps(CASES, indent=1) + "\n")
    print(f"{len(CASES)} files, {sum(f.stat().st_size for f in OUT.iterdir())} bytes")


main()
