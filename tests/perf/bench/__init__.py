"""Compares fovea with other engines, a network or a layer at a time: `./dev bench layers --help`.

`__main__` reads the command line, `environment` installs the other engines, `layers` knows the
convolutions of well-known networks and `networks` where they come from, `workers` starts a process
for each engine and `engines` is what runs in it, `jobs` makes what they all compute, `reference`
computes it in float64, `measure` takes turns, `report` and `charts` tell the result.
"""
