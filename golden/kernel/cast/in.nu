kprobe vfs_read {|e| $e.arg0 | cast "struct file *" | get f_path.dentry.d_name.name | count }
trace {
  uprobe /bin/bash:readline {|e| {narrow: ($e.arg0 | cast u16), signed: ($e.arg1 | cast int), name: ($e.arg2 | cast "char *")} }
  kprobe should_failslab {|e| {sock: ($e.s | cast "struct sock *" | get sk_type), type: ($e.flags | cast "enum pid_type"), text: ($e.s | cast "const char __user *")} }
}
