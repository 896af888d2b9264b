kprobe vfs_read {|e| $e.file.f_inode.i_ion | count }
kprobe vfs_read {|e| $e.file.f_lock.halves.lokced | count }
kprobe vfs_read {|e| $e.count.x | count }
kprobe vfs_read {|e| $e.pos.x | count }
kprobe vfs_read {|e| $e.file.f_op.read.x | count }
