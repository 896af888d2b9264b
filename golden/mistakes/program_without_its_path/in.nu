uprobe readline { count }
