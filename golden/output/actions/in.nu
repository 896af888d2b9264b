uprobe /bin/bash:readline {|e| system $"ps -p ($e.pid)"; signal TERM; count } --unsafe
