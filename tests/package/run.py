#!/usr/bin/env python3
"""Installs fovea, moves what was installed, and builds a project of somebody else's against it.

Nothing that the package holds, or that is built with it, may refer to where it was built or first
installed. Everything happens in a temporary folder.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
import results  # noqa: E402

# Mangled names: of namespace fovea, what belongs to them, and MLIR's identities of types.
exported = re.compile(r"_Z(T[VISTC]|Tcv|GV|GVZ|Z|Thn\d+_|Tv0_n\d+_)?N[KRO]*5fovea"
                      r"|_Z(GV)?ZN4mlir6detail14TypeIDResolver")


class Failure(Exception):
    pass


def say(*command, fails=False, **options):
    """The output of a command that has to succeed, or to fail."""
    done = subprocess.run([str(word) for word in command], text=True, errors="replace", timeout=600,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    if (done.returncode != 0) != fails:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        raise Failure(f"{' '.join(str(word) for word in command)}\n"
                      f"ended with {done.returncode}:\n{tail}")
    return done.stdout


def expect(condition, message):
    if not condition:
        raise Failure(message)


def files_below(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


class Package:
    def __init__(self, options, folder):
        self.options = options
        self.first = folder / "first"  # where it is installed
        self.prefix = folder / "moved" / "prefix"  # where it is used
        self.folder = folder

    # What must not be seen in the package: the folders of its making.
    def traces(self):
        return [str(self.first), str(self.options.build), str(self.options.source)]

    def install(self):
        say(self.options.cmake_own, "--install", self.options.build, "--prefix", self.first)
        self.prefix.parent.mkdir()
        self.first.rename(self.prefix)

    def has_no_traces(self):
        found = []
        for path in files_below(self.prefix):
            if path.suffix == ".a" or path.read_bytes()[:4] == b"\x7fELF":
                # Debug information, where a build has any, names the sources.
                bare = self.folder / "bare"
                say("strip", "--strip-debug", "-o", bare, path)
                contents = bare.read_bytes()
            else:
                contents = path.read_bytes()
            found += [f"{path.relative_to(self.prefix)}: {trace}"
                      for trace in self.traces() if trace.encode() in contents]
        expect(not found, "paths of the build are in the package:\n" + "\n".join(found))

    def exports_one_namespace(self):
        library = self.prefix / "lib" / "libfovea.so"
        names = [line.split()[-1] for line in
                 say("nm", "-D", "--defined-only", library).splitlines()]
        expect(len(names) > 100, f"{library} exports {len(names)} names")
        others = [name for name in names if not exported.match(name)]
        expect(not others, f"exported beside namespace fovea: {others[:10]}")

    def headers_need_nothing_else(self):
        include = self.prefix / "include"
        headers = [path.relative_to(include) for path in files_below(include)]
        expect(len(headers) > 50, f"only {len(headers)} headers")
        unit, read = self.folder / "headers.cpp", self.folder / "headers.d"
        unit.write_text("".join(f"#include <{path}>\n" for path in headers))
        say("g++", "-std=c++20", "-fsyntax-only", "-I", include, "-MD", "-MF", read, unit)
        for name in ("/llvm", "/mlir", "Halide", "nlohmann", "/CLI/", "/fmt/", "zlib.h", "png.h"):
            expect(name not in read.read_text(), f"a header of the package includes {name}")

    def command_runs(self):
        expect("lenet5" in say(self.prefix / "bin" / "fovea", "zoo"), "the zoo has no lenet5")

    def says_requirements(self):
        documents = self.prefix / "share" / "doc" / "fovea"
        for name in ("LICENSE", "NOTICE", "REQUIREMENTS"):
            expect((documents / name).stat().st_size > 100, f"{name} is empty")
        text = (documents / "REQUIREMENTS").read_text()
        expect("@" not in text and "libMLIR" in text, text)


class Outside:
    """The project of tests/package/outside, built in one way."""

    def __init__(self, package, name, generator, compilers, flags):
        self.package = package
        self.build = package.folder / name
        self.source = package.folder / f"{name}-source"
        self.configuration = [
            "-G", generator, f"-DCMAKE_PREFIX_PATH={package.prefix}", "-DCMAKE_BUILD_TYPE=Debug",
            f"-DCMAKE_C_COMPILER={compilers[0]}", f"-DCMAKE_CXX_COMPILER={compilers[1]}",
            f"-DCMAKE_C_FLAGS={flags} -Wall -Wextra -Werror",
            f"-DCMAKE_CXX_FLAGS={flags} -Wall -Wextra -Werror"]

    def configure(self, *more, fails=False):
        return say(self.package.options.cmake, "-S", self.source, "-B", self.build,
                   *self.configuration, *more, fails=fails)

    def make(self, *arguments):
        return say(self.package.options.cmake, "--build", self.build, "-j2", *arguments)

    def builds(self):
        shutil.copytree(here / "outside", self.source)
        self.configure()
        self.make()

    def runs(self, program, *arguments):
        return say(self.build / program, *arguments, cwd=self.build)

    def loads_by_the_runtime_alone(self):
        self.runs("loader", self.build / "blur.so")
        needed = say("readelf", "-d", self.build / "loader")
        expect("libfovea" not in needed and "libMLIR" not in needed, needed)

    def needs_only_package_and_system(self):
        allowed = (f"{self.package.prefix}/lib/", f"{self.build}/", "/lib", "/usr/lib")
        for name in ("app", "generator", "host_in_c", "host_of_archive", "host_of_two", "loader"):
            for line in say("ldd", self.build / name).splitlines():
                expect("not found" not in line, f"{name}: {line}")
                path = line.split("=>")[-1].split()[0]
                known = path.startswith(allowed) or path.startswith("linux-vdso")
                expect(known, f"{name} needs {line.strip()}")
        needed = re.findall(r"NEEDED.*\[(.*?)\]", say("readelf", "-d", self.build / "blur.so"))
        libc = re.compile(r"(lib(c|m|pthread|dl)|ld-linux.*)\.so")
        others = [name for name in needed if not libc.match(name)]
        expect(not others, f"the emitted library needs {others}")

    def emits_again_only_what_changed(self):
        libraries = ("blur.so", "blur_object.o", "blur-of-file.a")

        def times():
            return {name: (self.build / name).stat().st_mtime_ns for name in libraries}

        before = times()
        self.make()
        expect(times() == before, "a second build emitted libraries again")
        os.utime(self.source / "generator.cpp")
        self.make("--target", "host_in_c", "host_of_archive")
        between = times()
        expect(between["blur.so"] > before["blur.so"], "a new generator did not emit again")
        expect(between["blur-of-file.a"] == before["blur-of-file.a"],
               "a new generator emitted the library of a file again")
        os.utime(self.build / "saved.safetensors")
        self.make("--target", "host_in_c", "host_of_archive")
        after = times()
        expect(after["blur-of-file.a"] > between["blur-of-file.a"],
               "new weights did not emit again")
        expect(after["blur.so"] == between["blur.so"], "new weights emitted another library again")

    def refuses_in_words(self):
        for arguments, words in {
            "TYPE;SHARED": "FROM is missing",
            "FROM;nothing.mlir": "no target and no file 'nothing.mlir'",
            "FROM;generator;TYPE;MODULE": "expected SHARED, STATIC or OBJECT, got 'MODULE'",
            "FROM;generator;WEIGHTS;inside": "expected embed, file or caller, got 'inside'",
            "FROM;generator;LOAD;none.safetensors": "no file 'none.safetensors'",
            "FROM;generator;WEIGHT;file": "unknown argument",
        }.items():
            said = self.configure(f"-DWRONG_CALL={arguments}", fails=True)
            expect(words in " ".join(said.split()), f"{arguments}: expected '{words}' in\n{said}")
        self.configure("-DWRONG_CALL=")

    def generator_answers_like_the_command(self):
        expect("--header" in self.runs("generator", "--help"), "no help")
        for arguments, code, words in (
            (["--no-such"], 2, "--no-such"),
            (["-o", "x.txt"], 2, ".so"),
            (["-o", "missing/x.so"], 1, "missing"),
        ):
            done = subprocess.run([self.build / "generator", *arguments], cwd=self.build, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            expect(done.returncode == code and words in done.stdout,
                   f"generator {arguments}: {done.returncode}: {done.stdout}")


def newer_than_325(cmake):
    try:
        version = re.search(r"(\d+)\.(\d+)", say(cmake, "--version"))
        return (int(version[1]), int(version[2])) >= (3, 25)
    except (OSError, Failure):
        return False


def cases_of(options, folder):
    """(name, what to do) in order; those behind a failed `needs` do not run."""
    package = Package(options, folder)
    yield "install", package.install, True
    yield "no_traces_of_the_build", package.has_no_traces, False
    yield "exports_one_namespace", package.exports_one_namespace, False
    yield "headers_need_nothing_else", package.headers_need_nothing_else, False
    yield "command_runs", package.command_runs, False
    yield "says_requirements", package.says_requirements, False

    def programs(outside, name):
        yield f"{name}.builds", outside.builds, True
        for program in ("app", "host_in_c", "host_of_archive", "host_of_two"):
            yield f"{name}.{program}", lambda program=program: outside.runs(program), False
        yield f"{name}.loader", outside.loads_by_the_runtime_alone, False

    first = Outside(package, "gcc_ninja", "Ninja", ("gcc", "g++"), options.flags)
    yield from programs(first, "gcc_ninja")
    yield "needs_only_package_and_system", first.needs_only_package_and_system, False
    yield "emits_again_only_what_changed", first.emits_again_only_what_changed, False
    yield "refuses_in_words", first.refuses_in_words, False
    yield "generator_answers_like_the_command", first.generator_answers_like_the_command, False
    # A sanitizer's library is its compiler's: those of two do not go together.
    if options.flags:
        print(f"only with the compiler of this build, because of {options.flags}")
        return
    second = Outside(package, "clang_make", "Unix Makefiles", ("clang", "clang++"), "")
    yield from programs(second, "clang_make")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--cmake-own", required=True, help="of the build")
    parser.add_argument("--cmake", help="for the outside project, if it is new enough")
    parser.add_argument("--flags", default="", help="that everything in one program shares")
    parser.add_argument("--keep", action="store_true", help="the temporary folder")
    options = parser.parse_args()
    if not options.cmake or not newer_than_325(options.cmake):
        options.cmake = options.cmake_own
    os.environ["FOVEA_CACHE"] = "off"

    cases, broken = [], None
    folder = Path(tempfile.mkdtemp(prefix="fovea-package-"))
    try:
        for name, action, needed in cases_of(options, folder):
            start, message = time.monotonic(), broken
            if not broken:
                try:
                    action()
                except (Failure, OSError, subprocess.TimeoutExpired) as error:
                    message = str(error)
                    broken = f"not run: {name} failed" if needed else None
            cases.append((name, time.monotonic() - start, message))
    finally:
        if options.keep:
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return results.write(options.output, "package", cases)


if __name__ == "__main__":
    sys.exit(main())
