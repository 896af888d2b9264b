fentry vfs_read { count --by probe }
