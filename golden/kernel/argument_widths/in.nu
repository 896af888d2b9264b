trace {
  kprobe do_sys_openat2 {|e| if $e.dfd < 0 { {dfd: $e.dfd, path: $e.filename, how: $e.how} } }
  kprobe small_return {|e| {small: $e.small, large: $e.large, flag: $e.flag, sign: $e.sign} }
}
