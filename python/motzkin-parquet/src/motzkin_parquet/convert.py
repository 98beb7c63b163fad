"""Converts an export in jsonl to Parquet.

The types of the columns come from croissant.json, so that a file that begins without integrals has the same ones as
any other.
"""

import argparse
import hashlib
import itertools
import json
import os
import pathlib
import shutil
import sys
import tempfile

import pyarrow
import pyarrow.parquet

ROWS_OF_A_GROUP = 10_000
TYPES = {"sc:Integer": pyarrow.int64(), "sc:Float": pyarrow.float64(), "sc:Boolean": pyarrow.bool_(),
         "sc:Text": pyarrow.string()}
MEDIA_TYPE = "application/x-parquet"  # as mlcroissant and Hugging Face call it


class Refused(Exception):
    """The directories are not what this program takes."""


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def name_in_parquet(name):
    return name[:-len(".jsonl")] + ".parquet"


class Export:
    """An export in jsonl whose files are what its checksums say."""

    def __init__(self, path):
        self.path = path
        self.report = self._json("export.json")
        form = self.report.get("options", {}).get("format")
        if form != "jsonl":
            raise Refused(f"{path} is in the format {form}: make it again with `motzkin export --format jsonl`")
        self._check_sums()
        self.croissant = self._json("croissant.json")
        self.card = self._text("README.md")
        fields = self.croissant["recordSet"][0]["field"]
        self.schema = pyarrow.schema([(field["name"], self._type(field)) for field in fields])

    def _text(self, name):
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Refused(f"{self.path} has no {name}: it is no directory of `motzkin export`") from None

    def _json(self, name):
        try:
            return json.loads(self._text(name))
        except ValueError as error:
            raise Refused(f"{self.path / name} cannot be read: {error}") from None

    def _check_sums(self):
        for line in self._text("SHA256SUMS").splitlines():
            digest, _, name = line.partition("  ")
            if not (self.path / name).is_file() or sha256_of(self.path / name) != digest:
                raise Refused(f"{self.path / name} is not what SHA256SUMS says: export again")

    @staticmethod
    def _type(field):
        of_value = TYPES[field["dataType"]]
        return pyarrow.list_(of_value) if field.get("repeated") else of_value


def convert_file(source, target, schema):
    """Writes the rows of a file in jsonl to one in Parquet."""
    with open(source, encoding="utf-8") as lines, \
            pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        rows = map(json.loads, lines)
        while group := list(itertools.islice(rows, ROWS_OF_A_GROUP)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))


def convert_data(export, target):
    """Writes all files of data. Returns their entries of export.json."""
    files = []
    for number, entry in enumerate(export.report["files"], 1):
        path = name_in_parquet(entry["path"])
        print(f"motzkin-parquet: file {number} of {len(export.report['files'])}, {entry['rows']:,} rows", file=sys.stderr)
        (target / path).parent.mkdir(exist_ok=True)
        convert_file(export.path / entry["path"], target / path, export.schema)
        files.append({**entry, "path": path, "bytes": (target / path).stat().st_size, "sha256": sha256_of(target / path)})
    return files


def card_of(export, files):
    """Returns the card with the new files in place of the old ones."""
    card = export.card.replace(".jsonl", ".parquet")
    for old, new in zip(export.report["files"], files):
        card = card.replace(f"| {old['bytes']:,} | `{old['sha256']}` |", f"| {new['bytes']:,} | `{new['sha256']}` |")
    for split in {file["split"] for file in files}:
        before, after = (sum(file["bytes"] for file in of if file["split"] == split)
                         for of in (export.report["files"], files))
        card = card.replace(f"  - name: {split}\n    num_bytes: {before}\n", f"  - name: {split}\n    num_bytes: {after}\n")
    note = f"\nThe rows were exported as jsonl and converted with `motzkin-parquet` (pyarrow {pyarrow.__version__}).\n"
    return card.replace("\n## Files\n", f"\n## Files\n{note}", 1)


def croissant_of(export, files):
    """Returns croissant.json with the new files in place of the old ones."""
    described = json.loads(json.dumps(export.croissant).replace(".jsonl", ".parquet"))
    by_path = {file["path"]: file for file in files}
    for entry in described["distribution"]:
        entry["encodingFormat"] = MEDIA_TYPE
        file = by_path.get(entry["@id"])
        if file is not None:
            entry["contentSize"], entry["sha256"] = f"{file['bytes']} B", file["sha256"]
    return described


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def convert(export, target):
    """Writes everything into the directory `target`."""
    files = convert_data(export, target)
    if (export.path / "plots").is_dir():
        shutil.copytree(export.path / "plots", target / "plots")
    report = {**export.report, "files": files}
    report["options"] = {**report["options"], "format": "parquet"}
    write_json(target / "export.json", report)
    write_json(target / "croissant.json", croissant_of(export, files))
    (target / "README.md").write_text(card_of(export, files), encoding="utf-8")
    names = sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file())
    (target / "SHA256SUMS").write_text("".join(f"{sha256_of(target / name)}  {name}\n" for name in names), encoding="utf-8")


def run(source, target):
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target} is there and not empty: name another directory")
    export = Export(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = pathlib.Path(tempfile.mkdtemp(prefix=f"{target.name}.incomplete-", dir=target.parent))
    try:
        convert(export, staging)
        staging.chmod(source.stat().st_mode & 0o777)
        os.replace(staging, target)
    except BaseException:
        shutil.rmtree(staging)
        raise


def main():
    parser = argparse.ArgumentParser(prog="motzkin-parquet", description="Converts an export in jsonl to Parquet.")
    parser.add_argument("source", metavar="EXPORT", type=pathlib.Path, help="a directory that `motzkin export` has made")
    parser.add_argument("target", metavar="DIR", type=pathlib.Path, help="the directory to make; it must not exist, or be empty")
    flags = parser.parse_args()
    try:
        run(flags.source, flags.target)
    except Refused as refused:
        print(f"motzkin-parquet: {refused}", file=sys.stderr)
        return 2
    except (OSError, pyarrow.ArrowException) as error:
        print(f"motzkin-parquet: {error}", file=sys.stderr)
        return 1
    return 0
