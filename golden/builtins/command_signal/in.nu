uprobe /bin/bash:readline { signal KILL } --unsafe
