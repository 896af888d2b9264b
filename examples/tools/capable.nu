# Every check of a capability: who needed which, and whether a refusal would be audited.
overlay use nubpf

const capabilities = [
  chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
  net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin
  sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override
  mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore
]

kprobe cap_capable {|e|
  {
    time: $e.time, uid: $e.uid, pid: $e.pid, comm: $e.comm
    capability: ($capabilities | get $e.cap), audit: (($e.opts bit-and 2) == 0)
  }
}
