tracepoint syscalls:sys_enter_openat {|e| let x = $e.flename; count --by com; $e.pid | hsit; if $e.comm == 5 { exit } }
