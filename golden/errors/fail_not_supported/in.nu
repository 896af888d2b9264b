uprobe /bin/bash:readline {|e| $e.prompt | count }
