kprobe vfs_read {|e|
  let inode = $e.file.f_inode
  let common = $e.file.f_path
  let name = $common.dentry.d_name
  if $inode.i_size > 1mb {
    {file: $name.name, length: $name.len, disk: $inode.i_sb.s_id, owner: $inode.i_uid.val}
  }
}
