#!/usr/bin/env python3
"""Files that ask for far more than they are: archives that unpack to gigabytes, YAML that multiplies, texts without blanks,
pictures with something behind them.

usage: bombs.py FOLDER SHARE [NAME...]    SHARE 1: the whole ones, of gigabytes; 0.01: small ones of the same shapes
"""

import bz2
import gzip
import lzma
import os
import struct
import sys
import tarfile
import zlib

MIB = 1 << 20
GREY = (8).to_bytes(4, "big") + (8).to_bytes(4, "big") + b"\x08\x00\x00\x00"
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(interlaced):
    """The lines of a picture of 8 x 8 pixels, as deflate gets them."""
    at = lambda x, y: 8 * y + x
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    return b"".join(
        b"\0" + bytes(at(x, y) for x in range(left, 8, dx)) for left, top, dx, dy in passes for y in range(top, 8, dy)
    )


def png(data, interlaced=False, before=b""):
    header = chunk(b"IHDR", GREY + bytes([interlaced]))
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture(interlaced=False):
    return png(zlib.compress(rows(interlaced)), interlaced)


class Deflated:
    """Bytes, and then so many mebibytes of zeros, deflated: one mebibyte's block stands there again and again."""

    def __init__(self, head, mebibytes, wrap=-15):
        pack = zlib.compressobj(9, zlib.DEFLATED, wrap)
        begin = pack.compress(head) + pack.flush(zlib.Z_FULL_FLUSH)
        block = pack.compress(bytes(MIB)) + pack.flush(zlib.Z_FULL_FLUSH)
        self.data = begin + block * mebibytes
        self.size = len(head) + mebibytes * MIB
        self.crc, adler = zlib.crc32(head), zlib.adler32(head)
        for _ in range(mebibytes):
            self.crc = zlib.crc32(bytes(MIB), self.crc)
            adler = zlib.adler32(bytes(MIB), adler)
        self.data += b"\x03\x00" + (struct.pack(">I", adler) if wrap > 0 else b"")


def header_of(name, size):
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.USTAR_FORMAT if size < 8 << 30 else tarfile.GNU_FORMAT)


def tar(path, pack, members):
    """Members (name, mebibytes of zeros); packed streams may follow each other."""
    block = pack(bytes(MIB))
    with open(path, "wb") as out:
        for name, mebibytes in members:
            out.write(pack(header_of(name, mebibytes * MIB)))
            for _ in range(mebibytes):
                out.write(block)
        out.write(pack(bytes(1024)))


def of_ten_gigabytes(share):
    """Two classes, and a file of zeros that calls itself a picture."""
    return [("train/a/0.png", 0), ("train/b/0.png", int(9537 * share) or 1)]


def tar_gz(path, share):
    tar(path, lambda data: gzip.compress(data, 9), of_ten_gigabytes(share))


def tar_xz(path, share):
    tar(path, lambda data: lzma.compress(data, preset=0), of_ten_gigabytes(share))


def tar_bz2(path, share):
    tar(path, lambda data: bz2.compress(data, 9), of_ten_gigabytes(share))


def tar_many(path, share):
    """Members of 16 MiB, none of them large."""
    tar(path, lambda data: gzip.compress(data, 9), [("train/%s/%04d.png" % ("ab"[i % 2], i), 16) for i in range(int(600 * share) + 2)])


def tar_hidden(path, share):
    """Zeros in what is passed over: the litter of another system."""
    tar(path, lambda data: gzip.compress(data, 9), [("train/a/0.png", 0), ("train/a/.DS_Store", int(9537 * share) or 1), ("train/b/0.png", 0)])


def tar_headers(path, share):
    """Two million empty files: 1 GB of headers."""
    with gzip.open(path, "wb", 9) as out:
        for i in range(int(2e6 * share)):
            out.write(header_of("train/%s/%07d.png" % ("ab"[i % 2], i), 0))
        out.write(bytes(1024))


def zip_many(path, share):
    """Entries of 200 MiB of zeros, each within what is read of one file, 3,000 of them."""
    zeros = Deflated(b"", int(200 * min(1, share * 10)) or 1)
    names = ["train/%s/%05d.png" % ("ab"[i % 2], i) for i in range(int(3000 * share) + 2)]
    write_zip(path, [(n, zeros) for n in names])


def zip_overlapping(path, share):
    """The same data under 100,000 names (a plainer kind of D. Fifield's zip bombs)."""
    zeros = Deflated(b"", int(200 * min(1, share * 10)) or 1)
    names = ["train/%s/%06d.png" % ("ab"[i % 2], i) for i in range(int(100000 * share) + 2)]
    write_zip(path, [(n, zeros) for n in names], overlapping=True)


def zip_overlapping_little(path, share):
    """So little data that no ratio is reached, under several names."""
    write_zip(path, [("train/%s/%d.png" % ("ab"[i % 2], i), Deflated(os.urandom(5000), 0)) for i in range(8)], overlapping=True)


def zip_entries(path, share):
    """A directory of many empty entries."""
    empty = Deflated(b"", 0)
    names = ["train/%s/%08d.png" % ("ab"[i % 2], i) for i in range(int(2000000 * share) + 2)]
    write_zip(path, [(n, empty) for n in names])


def write_zip(path, entries, overlapping=False):
    """Entries (name, Deflated), with ZIP64's end where it takes one; overlapping: all have the first's data."""
    with open(path, "wb") as out:
        directory = []
        at = 0
        for name, content in entries:
            raw = name.encode()
            sizes = content.crc, len(content.data), content.size
            if not (overlapping and directory):
                at = out.tell()
                out.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, *sizes, len(raw), 0))
                out.write(raw + content.data)
            directory.append(
                struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, *sizes, len(raw), 0, 0, 0, 0, 0, at) + raw
            )
        begin = out.tell()
        out.write(b"".join(directory))
        length = out.tell() - begin
        n = len(directory)
        if n > 0xFFFE:
            end = out.tell()
            out.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, n, n, length, begin))
            out.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
            n = 0xFFFF
        out.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, n, n, length, min(begin, 0xFFFFFFFF), 0))


def csv_gz(path, share):
    """A table that unpacks to 10 GB."""
    block = gzip.compress(b"x" * MIB, 9)
    with open(path, "wb") as out:
        out.write(gzip.compress(b"label,text\na,one\nb,two\n"))
        for _ in range(int(9537 * share) or 1):
            out.write(block)


def yaml_aliases(path, share):
    """A list whose members are all one long value."""
    n = int(900e3 * share)
    with open(path, "w") as out:
        out.write("notes: [&a " + "x" * (n // 2) + ",*a" * (n // 6) + "]\n")


def yaml_braces(path, share):
    with open(path, "w") as out:
        out.write("{" * int(300e3 * share))


def yaml_brackets(path, share):
    with open(path, "w") as out:
        out.write("lr: " + "[" * int(900e3 * share))


def yaml_indents(path, share):
    with open(path, "w") as out:
        out.write("- " * int(450e3 * share))


def text_without_blanks(path, share):
    with open(path, "w") as out:
        out.write("label,text\n")
        for i in range(40):
            out.write("ab"[i % 2] + "," + ("%02d" % i) + "x" * int(40e3 * share) + "\n")


def text_of_marks(path, share):
    """The same of marks, letters with apostrophes and entities."""
    with open(path, "w") as out:
        out.write("label,text\n")
        for i in range(40):
            kind = ("'", "a'", "&", "&amp", "<", "@", "#a", "http://", "..", "\u0301", ":)", "-")[i % 12]
            out.write("ab"[i % 2] + ",\"" + ("%02d" % i) + kind * (int(40e3 * share) // len(kind)) + "\"\n")


def text_of_upper_marks(path, share):
    """Marks in an order that normalising has to change, all upon one letter."""
    with open(path, "w") as out:
        out.write("label,text\n")
        for i in range(40):
            out.write("ab"[i % 2] + "," + ("%02d" % i) + "\u0301\u0323" * int(10e3 * share) + "\n")


def png_tail(path, share):
    """A picture with 1 GB behind it, among others, in a zip."""
    large, small = Deflated(picture(), int(954 * share) or 1), Deflated(picture(), 0)
    write_zip(path, [("train/a/0.png", large)] + [("train/%s/%d.png" % ("ab"[i % 2], i), small) for i in range(1, 8)])


def png_behind(path, share):
    """The pixels' stream goes on for 1 GB behind the picture's last row."""
    with open(path, "wb") as out:
        out.write(png(Deflated(rows(False), int(954 * share) or 1, 15).data))


def png_behind_interlaced(path, share):
    with open(path, "wb") as out:
        out.write(png(Deflated(rows(True), int(954 * share) or 1, 15).data, True))


def png_text(path, share):
    """A comment that unpacks to 1 GB (zTXt)."""
    with open(path, "wb") as out:
        out.write(png(zlib.compress(rows(False)), before=chunk(b"zTXt", b"Comment\0\0" + Deflated(b"", int(954 * share) or 1, 15).data)))


def png_profile(path, share):
    """A colour profile that unpacks to 1 GB (iCCP)."""
    with open(path, "wb") as out:
        out.write(png(zlib.compress(rows(False)), before=chunk(b"iCCP", b"name\0\0" + Deflated(b"", int(954 * share) or 1, 15).data)))


def png_plain(path, share):
    """No bomb: the picture that the others are made of."""
    with open(path, "wb") as out:
        out.write(picture())


BOMBS = {
    "zeros.tar.gz": tar_gz,
    "zeros.tar.xz": tar_xz,
    "zeros.tar.bz2": tar_bz2,
    "many.tar.gz": tar_many,
    "hidden.tar.gz": tar_hidden,
    "headers.tar.gz": tar_headers,
    "many.zip": zip_many,
    "overlapping.zip": zip_overlapping,
    "little.zip": zip_overlapping_little,
    "entries.zip": zip_entries,
    "table.csv.gz": csv_gz,
    "aliases.yaml": yaml_aliases,
    "braces.yaml": yaml_braces,
    "brackets.yaml": yaml_brackets,
    "indents.yaml": yaml_indents,
    "blanks.csv": text_without_blanks,
    "marks.csv": text_of_marks,
    "upper.csv": text_of_upper_marks,
    "tail.zip": png_tail,
    "plain.png": png_plain,
    "behind.png": png_behind,
    "interlaced.png": png_behind_interlaced,
    "text.png": png_text,
    "profile.png": png_profile,
}


def main():
    folder, share, names = sys.argv[1], float(sys.argv[2]), sys.argv[3:] or list(BOMBS)
    os.makedirs(folder, exist_ok=True)
    for name in names:
        BOMBS[name](os.path.join(folder, name), share)


if __name__ == "__main__":
    main()
