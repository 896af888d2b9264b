# Errors stand on the user's own text, to the byte.
use std/assert
use testing.nu [test refused-text]
overlay use nubpf

test "an unknown field, at the field" {
  let text = refused-text 'overlay use nubpf
tracepoint syscalls:sys_enter_openat { select pid filname }
'
  assert str contains $text "has no field `filname`"
  assert str contains $text "write `filename`"
  assert str contains $text "2 | tracepoint syscalls:sys_enter_openat { select pid filname }"
  assert str contains $text ".nu:2:51]"
}

test "behind comments, lines and text that is not ASCII" {
  let text = refused-text 'overlay use nubpf
# Größe ☃
def opens [] {
  # ünïcödé
  tracepoint syscalls:sys_enter_openat {|e|  # ☃☃
    where comm == "ä"
    | select pid filname
  }
}
opens
'
  assert str contains $text "7 |     | select pid filname"
  assert str contains $text ".nu:7:18]"
}

test "a misspelt command" {
  let text = refused-text 'overlay use nubpf
tracepoint syscalls:sys_enter_openat { cuont --by comm }
'
  assert str contains $text "cuont"
  assert str contains $text "write `count`"
}

test "an unknown attach point, at the attach point" {
  let text = refused-text 'overlay use nubpf
tracepoint "syscalls:sys_enter_openatt" { count }
'
  assert str contains $text "2 | tracepoint \"syscalls:sys_enter_openatt\" { count }"
  assert str contains $text "write `syscalls:sys_enter_openat`"
}

test "a flag's value, at the flag" {
  let text = refused-text 'overlay use nubpf
tracepoint syscalls:sys_enter_openat { count } --for 0sec
'
  assert str contains $text "`--for` needs a duration"
  assert str contains $text "^^^^^"
}

test "all errors of a program at once" {
  let text = refused-text 'overlay use nubpf
trace {
  tracepoint syscalls:sys_enter_openat { select filname }
  tracepoint syscalls:sys_exit_openat { select rett }
}
'
  assert str contains $text "filname"
  if (version).minor >= 109 { assert str contains $text "has no field `rett`" }
}

test "what comes later is an error, too, not an empty table" {
  # a bpftrace that dies once it traces
  let wrapper = $env.NUBPF_TEST_FOLDER | path join "dying-bpftrace"
  '#!/bin/sh
case $1 in --version | -V) exec bpftrace "$@" ;; esac
bpftrace "$@" & sleep 1; kill -9 $!; wait $!; exit 137
' | save $wrapper
  chmod +x $wrapper
  let text = with-env {NUBPF_BPFTRACE: $wrapper} {
    refused-text 'overlay use nubpf
let rows = (tracepoint raw_syscalls:sys_enter { select pid })
print -e $"got ($rows)"
'
  }
  assert str contains $text "bpftrace"
  assert str contains $text "2 | let rows = (tracepoint raw_syscalls:sys_enter { select pid })"
  assert not ($text | str contains "got [")
}

test "a caught error has its message" {
  let caught = try { tracepoint no:such { count } } catch {|error| $error.msg }
  assert str contains $caught "no:such"
}

test "a command of the kernel side says where it belongs" {
  let caught = try { count --by comm } catch {|error| $error.msg }
  assert str contains $caught "`count` runs in the kernel"
}
