"""Files of float32 in numpy's format, for tests that have no numpy."""

import ast
import math
import struct


def write_npy(path, shape, values):
    header = str({"descr": "<f4", "fortran_order": False, "shape": tuple(shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
                     + struct.pack(f"<{len(values)}f", *values))


def read_npy(path):
    content = path.read_bytes()
    (length,) = struct.unpack_from("<H", content, 8)
    shape = ast.literal_eval(content[10 : 10 + length].decode())["shape"]
    return shape, struct.unpack(f"<{math.prod(shape)}f", content[10 + length :])
