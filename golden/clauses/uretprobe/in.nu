uretprobe /bin/bash:readline {|e| {pid: $e.pid, line: ($e.retval | into string)} }
