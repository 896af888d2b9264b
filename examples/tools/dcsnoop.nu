# Every lookup of a file name in the directory cache, and every name that is not in it.
overlay use nubpf

trace {
  kprobe lookup_fast* {|e| select time pid comm | insert kind "reference" | insert name $e.nd.last.name }
  fexit d_lookup {|e|
    where retval == 0 | select time pid comm | insert kind "miss" | insert name $e.name.name
  }
}
