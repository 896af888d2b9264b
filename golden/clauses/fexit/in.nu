fexit vfs_read {|e| sum $e.retval --by comm }
