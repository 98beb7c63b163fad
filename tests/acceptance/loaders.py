"""Puts the Python packages that load published datasets into a folder, from PyPI.

    loaders.py FOLDER REQUIREMENTS

Prints the Python to run. Installs nothing if the folder was made for the same requirements.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys


def install(folder, requirements):
    folder = pathlib.Path(folder).absolute()
    python = folder / "bin/python3"
    wanted = hashlib.sha256(pathlib.Path(requirements).read_bytes()).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
                   check=True)
    stamp.write_text(wanted)
    return python


if __name__ == "__main__":
    print(install(*sys.argv[1:]))
