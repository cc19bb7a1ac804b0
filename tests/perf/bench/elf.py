"""What is in libraries. Standard library only."""

from __future__ import annotations

import struct
from pathlib import Path


def code_bytes(library: Path) -> int:
    """Of machine code in an ELF file of 64 bits, little-endian: its executable sections."""
    executable = 4  # SHF_EXECINSTR of <elf.h>, whose Elf64_Ehdr and Elf64_Shdr these are
    with library.open("rb") as file:
        header = file.read(64)
        (begin,) = struct.unpack_from("<Q", header, 40)
        size, count = struct.unpack_from("<HH", header, 58)
        file.seek(begin)
        table = file.read(size * count)
    total = 0
    for place in range(0, size * count, size):
        flags, _, _, length = struct.unpack_from("<4Q", table, place + 8)
        total += length if flags & executable else 0
    return total
