uprobe /bin/bash:readline { {at: (uaddr readline)} }
