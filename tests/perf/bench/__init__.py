"""Compares fovea with other engines, a network or a layer at a time, and kernels with what the
machine can do: `./dev bench zoo --help`, `./dev bench layers --help`, `./dev bench kernels --help`.

`__main__` reads the command line, `environment` installs the other engines, `layers` knows the
convolutions of well-known networks, `zoo` the networks, `networks` where they come from, and
`export` writes them as files. `workers` starts a process for each engine and `engines` is what runs
in it, `jobs` makes what they all compute, `reference` computes it in float64, `measure` and
`run_kernels` take `turns`, `report`, `report_kernels`, `report_zoo` and `charts` tell the result.
"""
