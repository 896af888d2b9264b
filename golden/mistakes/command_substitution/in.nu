uprobe $(which bash):readline { count }
