uretprobe /bin/bash:readline {|e| {line: ($e.retval | into string)} }
