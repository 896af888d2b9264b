tracepoint syscalls:sys_enter_openat {|e|
  let file = $e.filename
  if $file ends-with ".so" or $file =~ '\.conf$' { count --by filename }
}
tracepoint syscalls:sys_enter_openat2 { where filename not-ends-with "~" | select pid filename }
uretprobe /bin/bash:readline {|e| where ($e.retval | into string) ends-with "&" | count }
