#!/usr/bin/env bash
# build_deb.sh SECONDS HASH JOBS INTO [ARCHITECTURE]: builds the packages of this tree with JOBS compilers at a time
# and puts them into the folder INTO. ARCHITECTURE is another one than this machine's, for which they are cross-compiled
# with the preset of that name.
#
# SECONDS is the commit's time and HASH its name. It runs as root inside a bare root of the suite, where the
# tree is a fresh copy of that commit (deploy/package.sh), and installs what is missing there.
set -euo pipefail
seconds=$1 hash=$2 jobs=$3 into=$4 foreign=${5:-}
cd "$(dirname "$(readlink -f "$0")")/.."
umask 022

# Prints, for example, 0.1.0+git20260131.2200.1b4e28ba~deb13. A commit sorts after older ones and before the
# release, and a package of Debian 12 before that of Debian 13, so that an upgrade of the system replaces it.
package_version() {
  local project release
  project=$(sed -n 's/^project(motzkin VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  release=$(. /etc/os-release && echo "$VERSION_ID")
  echo "$project+git$(date --utc --date="@$seconds" +%Y%m%d.%H%M).$hash~deb$release"
}

# dpkg-buildpackage takes the version from this file, and SOURCE_DATE_EPOCH from its date.
write_changelog() {
  cat <<CHANGELOG
motzkin ($(package_version)) $(. /etc/os-release && echo "$VERSION_CODENAME"); urgency=medium

  * Built from commit $hash; CHANGELOG.md says what is new.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(LC_ALL=C date --utc --date="@$seconds" -R)
CHANGELOG
}

./dev --preset "${foreign:-release}" packages package
cp -r deploy/debian debian
cp deploy/systemd/*.service debian/
write_changelog >debian/changelog
export DEB_BUILD_OPTIONS="noautodbgsym parallel=$jobs"
# The requirements are installed by now under the names that this release has for them.
dpkg-buildpackage --build=binary --unsigned-changes --no-check-builddeps ${foreign:+--host-arch="$foreign"}
if grep -rlF "$PWD" debian/man debian/completions; then
  echo "these files name a folder of this build, which would make other bytes elsewhere" >&2
  exit 1
fi
mkdir -p "$into"
mv ../*.deb "$into"
lintian --allow-root --fail-on error --suppress-tags bad-distribution-in-changes-file "$into"/*.deb
