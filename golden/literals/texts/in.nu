tracepoint syscalls:sys_enter_openat {|e| if $e.comm in ["dou\"ble\t" 'sin"gle' `back tick` r#'raw ' one'#] { count } }
