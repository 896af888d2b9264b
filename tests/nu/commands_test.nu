# The module's commands beside the clauses: tables of what there is, help, completion, the prefix.
use std/assert
use testing.nu [test workload]
overlay use nubpf

test "probes, fields, builtins and doctor are tables" {
  let opens = probes "*:sys_enter_openat"
  assert equal $opens [[kind target]; [tracepoint "syscalls:sys_enter_openat"]]
  let columns = fields tracepoint syscalls:sys_enter_openat
  assert ("filename" in ($columns | get name))
  assert equal (fields syscalls:sys_enter_openat) $columns
  assert ("hist" in (builtins | where kind == command | get name))
  assert equal (doctor | columns) [check state found advice]
}

test "their errors are Nushell's" {
  let caught = try { probes no_such_probe_at_all } catch {|error| $error.msg }
  assert str contains $caught "no probe of this host matches"
}

test "every command has help with an example" {
  for name in (scope modules | where name == nubpf | get 0.commands.name) {
    let command = scope commands | where name == $name | first
    assert ($command.description | is-not-empty) $name
    if $name != "doctor" { assert ($command.examples | is-not-empty) $name }
  }
}

test "no command of Nushell is hidden" {
  let ours = scope modules | where name == nubpf | get 0.commands.name
  let theirs = ^$nu.current-exe -n --no-std-lib -c 'scope commands | get name | to nuon' | from nuon
  assert equal ($ours | where $it in $theirs) []
}

# What Nushell would offer at the end of a line.
def completed [line: string]: nothing -> list<string> {
  let file = $env.NUBPF_TEST_FOLDER | path join $"(random chars).nu"
  $"overlay use nubpf\n($line)" | save $file
  let at = open --raw $file | str length --utf-8-bytes
  ^$nu.current-exe -n -I $env.NUBPF_NU --ide-complete $at $file | from json | get completions
}

test "attach points complete" {
  assert ("syscalls:sys_enter_openat" in (completed "tracepoint syscalls:sys_enter_opena"))
  assert ("vfs_read" in (completed "kprobe vfs_rea"))
  assert ("page-faults" in (completed "software page-f"))
  assert ("kprobe:vfs_read" in (completed "probe kprobe:vfs_rea"))
}

test "what holds the word completes where nothing begins with it" {
  let found = ^nubpf nu complete "tracepoint enter_openat" | from nuon | get value
  assert ("syscalls:sys_enter_openat" in $found)
}

test "programs and their symbols complete" {
  assert ("/bin/bash:" in (^nubpf nu complete "uprobe /bin/bas" | from nuon | get value))
  let symbols = ^nubpf nu complete $"uprobe ($env.NUBPF_WORKLOAD):workload_t" | from nuon | get value
  assert equal $symbols [$"($env.NUBPF_WORKLOAD):workload_touch"]
}

test "keys complete with the event's fields, `$ctx` with its columns" {
  assert equal (^nubpf nu complete "count --by com" | from nuon | get value) [comm]
  let line = "tracepoint syscalls:sys_enter_openat { count --by $ctx.kst"
  assert equal (completed $line) [kstack]
}

test "the prefix works, and both spellings inside the closure" {
  $env.NUBPF_TEST_COMMAND = (workload "seek 1" "seek 2")
  let script = 'overlay use --prefix nubpf
let counts = nubpf trace {
  nubpf tracepoint syscalls:sys_enter_lseek { nubpf count --as a }
  nubpf tracepoint syscalls:sys_enter_lseek { count --by $nubpf.ctx.comm --as b }
} --command $env.NUBPF_TEST_COMMAND
print ($counts | to nuon)
'
  let file = $env.NUBPF_TEST_FOLDER | path join "prefix.nu"
  $script | save $file
  let result = ^$nu.current-exe -n -I $env.NUBPF_NU $file | from nuon
  assert equal $result {a: 2, b: [[comm count]; [nubpf_workload 2]]}
}

test "a module of another version is refused" {
  let folder = $env.NUBPF_TEST_FOLDER | path join "old"
  mkdir ($folder | path join "nubpf")
  open --raw ($env.NUBPF_NU | path join "nubpf" "mod.nu")
  | str replace --regex 'const module = "[0-9a-f]+"' 'const module = "0123456789abcdef"'
  | save ($folder | path join "nubpf" "mod.nu")
  let done = ^$nu.current-exe -n -I $folder -c 'overlay use nubpf; begin { print "x" }' | complete
  assert str contains $done.stderr "belongs to another version of the tool"
  assert str contains $done.stderr "nubpf nu install"
}

test "`nubpf nu install` puts it where `overlay use` finds it" {
  let config = $env.NUBPF_TEST_FOLDER | path join "config"
  with-env {XDG_CONFIG_HOME: $config} {
    assert str contains (^nubpf nu install) "has been written"
    assert str contains (^nubpf nu install) "is up to date"
    let text = ^$nu.current-exe -c 'overlay use nubpf; begin { print "x" } --emit-bt'
    assert str contains $text "BEGIN"
  }
}
