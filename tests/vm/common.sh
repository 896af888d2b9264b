# What the scripts here share: where things are kept, and how they are made once. To be sourced.
# shellcheck shell=bash

project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
cache=${NUBPF_VM_CACHE:-$project/build/vm}
mirror=${NUBPF_DEBIAN_MIRROR:-http://deb.debian.org/debian}

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 125
}

# The suite of Debian that a kernel comes from.
suite_of_kernel() {
  case $1 in
    6.1) echo bookworm ;;
    6.12) echo bookworm-backports ;;
    sid) echo sid ;;
    *) fail "no kernel is called $1; there are 6.1, 6.12 and sid" ;;
  esac
}

# The release of Debian that a version of bpftrace comes from.
release_of_bpftrace() {
  case $1 in
    0.17 | bookworm) echo bookworm ;;
    0.23 | trixie) echo trixie ;;
    0.27 | sid) echo sid ;;
    *) fail "no bpftrace is called $1; there are 0.17 (bookworm), 0.23 (trixie) and 0.27 (sid)" ;;
  esac
}

# Makes a folder of the cache with a command, unless it is there. What is half made is never seen.
#   made FOLDER COMMAND…: the command gets the folder to fill as its last argument
made() {
  local folder=$cache/$1 fresh=$cache/.$1.new lock
  shift
  [[ -d $folder ]] && return
  mkdir -p "$(dirname "$folder")" "$(dirname "$fresh")"
  exec {lock}>"$cache/.lock"
  flock "$lock"
  if [[ ! -d $folder ]]; then
    echo "making ${folder#"$project/"}, once" >&2
    rm -rf "$fresh"
    mkdir -p "$fresh"
    if ! "$@" "$fresh" >"$cache/.log" 2>&1 </dev/null; then
      tail -n 20 "$cache/.log" >&2
      fail "$folder cannot be made; the log is $cache/.log"
    fi
    mv "$fresh" "$folder"
  fi
  exec {lock}>&-
}

# The lists of one suite, apart from the machine's own: apt SUITE COMMAND…
apt_of() {
  local suite=$1 tool=$2 state=$cache/apt/$1
  shift 2
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  touch "$state/status"
  echo "deb $mirror $suite main" >"$state/sources.list"
  "$tool" -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$state" \
    -o Dir::State::status="$state/status" -o Dir::Cache="$state" -o APT::Get::List-Cleanup=0 "$@"
}

# Unpacks the kernel of a suite, and makes the initrd that boots it: unpack_kernel SUITE FOLDER
unpack_kernel() {
  local suite=$1 folder=$2 package packages version
  set -e
  apt_of "$suite" apt-get update
  package=$(apt_of "$suite" apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  mapfile -t packages < <(
    echo "$package"
    # the newest kernels come in parts
    apt_of "$suite" apt-cache depends "$package" | sed -n 's/^ *Depends: \(linux-\(modules\|binary\)-[0-9].*\)/\1/p'
  )
  for package in "${packages[@]}"; do
    (cd "$folder" && apt_of "$suite" apt-get download "$package")
    dpkg-deb -x "$folder/$package"_*.deb "$folder"
    rm "$folder/$package"_*.deb
  done
  [[ -d $folder/usr/lib/modules ]] || mkdir -p "$folder/usr/lib"
  [[ -d $folder/usr/lib/modules ]] || ln -s ../../lib/modules "$folder/usr/lib/modules"
  version=$(basename "$folder"/usr/lib/modules/*)
  [[ -d $folder/lib/modules ]] || ln -s usr/lib "$folder/lib"
  depmod -b "$folder" "$version"
  find "$folder" -name 'vmlinuz*' -type f -exec mv {} "$folder/vmlinuz" \;
  echo "$version" >"$folder/version"
  make_initrd "$folder" "$version"
}

# An initrd with just what mounts the machine's own files: make_initrd FOLDER VERSION
make_initrd() {
  local folder=$1 version=$2 tree path
  tree=$(mktemp -d)
  mkdir -p "$tree/bin" "$tree/modules"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$project/tests/vm/init" "$tree/init"
  for module in virtio_pci 9p 9pnet_virtio overlay; do
    # what is no module is part of the kernel
    modprobe -d "$folder" -S "$version" --show-depends "$module" 2>/dev/null || true
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$tree/paths"
  while read -r path; do
    cp "$path" "$tree/modules/"
    basename "${path%.xz}" >>"$tree/modules/order"
  done <"$tree/paths"
  find "$tree/modules" -name '*.xz' -exec xz -d {} +
  (cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initrd.gz.$$"
  mv "$folder/initrd.gz.$$" "$folder/initrd.gz"
  rm -r "$tree"
}

# A root file system of a release with its bpftrace: make_root RELEASE FOLDER
make_root() {
  debootstrap --variant=minbase --include=bpftrace "$1" "$2" "$mirror"
}

kernel() {
  local folder=$cache/kernels/$1
  made "kernels/$1" unpack_kernel "$(suite_of_kernel "$1")"
  [[ $folder/initrd.gz -nt $project/tests/vm/init ]] || make_initrd "$folder" "$(<"$folder/version")"
}

# The folder with the command `bpftrace` of a release. The machine's own is bookworm's. Another runs with the loader
# and libraries of its root, but sees the machine's files: paths in programs mean the same to all.
bpftrace_folder() {
  local release=$1 root=$cache/roots/$1 folder=$cache/bin/$1
  if [[ $release == bookworm ]]; then
    dirname "$(command -v bpftrace)"
    return
  fi
  made "roots/$release" make_root "$release"
  mkdir -p "$folder"
  if [[ ! -x $folder/bpftrace ]]; then
    cat >"$folder/bpftrace.$$" <<END
#!/bin/sh
exec "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/bpftrace" "\$@"
END
    chmod +x "$folder/bpftrace.$$"
    mv "$folder/bpftrace.$$" "$folder/bpftrace"
  fi
  echo "$folder"
}
