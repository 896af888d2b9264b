uprobe /bin/bash:readline { override 0 } --unsafe
