uprobe /bin/bash:readline {|e| {caller: ($e.arg0 | usym)} }
