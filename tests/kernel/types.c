// The types and functions of the kernel that the tests are made for: as much of Linux as the golden cases name.
// `scripts/kernel-types` makes types.btf of it.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;
typedef u16 __be16;
typedef u32 __be32;
typedef unsigned int __u32;
typedef __u32 fmode_t;
typedef unsigned short umode_t;
typedef long long loff_t;
typedef unsigned long size_t;
typedef long ssize_t;
typedef int pid_t;
typedef _Bool bool;

#define __user __attribute__((btf_type_tag("user")))

typedef struct {
  int counter;
} atomic_t;
typedef struct spinlock {
  union {
    struct {
      u16 locked, pending;
    } halves;
    u32 value;
  };
} spinlock_t;
typedef struct {
  u32 val;
} kuid_t;

struct list_head {
  struct list_head *next, *prev;
};

struct qstr {
  union {
    struct {
      u32 hash, len;
    };
    u64 hash_len;
  };
  const unsigned char *name;
};
struct super_block {
  u64 s_dev;
  char s_id[32];
  struct file_system_type *s_type;
};
struct file_system_type {
  const char *name;
};
struct inode {
  umode_t i_mode;
  unsigned short i_opflags;
  kuid_t i_uid;
  struct super_block *i_sb;
  unsigned long i_ino;
  loff_t i_size;
};
struct dentry {
  unsigned int d_flags;
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
  unsigned char d_iname[40];
};
struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};
struct file {
  spinlock_t f_lock;
  fmode_t f_mode;
  const struct file_operations *f_op;
  struct inode *f_inode;
  unsigned int f_flags;
  union {
    const struct path f_path;
    struct path __f_path;
  };
  loff_t f_pos;
};
struct file_operations {
  ssize_t (*read)(struct file *, char *, size_t, loff_t *);
  ssize_t (*write)(struct file *, const char *, size_t, loff_t *);
};
struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};
struct files_struct {
  atomic_t count;
  struct fdtable *fdt;
  struct file *fd_array[64];
};

struct in6_addr {
  union {
    u8 u6_addr8[16];
    __be16 u6_addr16[8];
    __be32 u6_addr32[4];
  } in6_u;
};
enum sock_flags {
  SOCK_DEAD,
  SOCK_DONE,
  SOCK_URGINLINE,
  SOCK_KEEPOPEN,
  SOCK_LINGER,
};
enum {
  TCP_ESTABLISHED = 1,
  TCP_SYN_SENT,
  TCP_SYN_RECV,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_TIME_WAIT,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_LAST_ACK,
  TCP_LISTEN,
};
struct sock_common {
  union {
    u64 skc_addrpair;
    struct {
      __be32 skc_daddr;
      __be32 skc_rcv_saddr;
    };
  };
  union {
    u32 skc_portpair;
    struct {
      __be16 skc_dport;
      u16 skc_num;
    };
  };
  unsigned short skc_family;
  volatile unsigned char skc_state;
  unsigned char skc_reuse : 4;
  unsigned char skc_reuseport : 1;
  unsigned char skc_ipv6only : 1;
  int skc_bound_dev_if;
  struct in6_addr skc_v6_daddr;
};
struct sock {
  struct sock_common __sk_common;
  atomic_t sk_drops;
  int sk_rcvbuf;
  u8 sk_shutdown : 2, sk_no_check_tx : 1;
  u16 sk_type;
  unsigned long sk_flags;
  void (*sk_data_ready)(struct sock *sk);
  struct sk_buff *sk_send_head;
};
struct sk_buff {
  unsigned int len, data_len;
  bool pfmemalloc;
  unsigned char *head, *data;
};
struct sockaddr {
  u16 sa_family;
  char sa_data[14];
};

enum pid_type {
  PIDTYPE_PID,
  PIDTYPE_TGID,
  PIDTYPE_PGID,
  PIDTYPE_SID,
  PIDTYPE_MAX,
};
struct upid {
  int nr;
  struct pid_namespace *ns;
};
struct pid {
  atomic_t count;
  unsigned int level;
  struct upid numbers[];
};
struct cred {
  kuid_t uid, euid;
};
struct rlimit {
  unsigned long rlim_cur, rlim_max;
};
struct signal_struct {
  struct rlimit rlim[16];
  struct pid *pids[PIDTYPE_MAX];
};
struct task_struct {
  unsigned int __state;
  int prio;
  unsigned sched_reset_on_fork : 1;
  unsigned in_execve : 1;
  int delta_bits : 4;
  struct list_head tasks;
  int exit_code;
  pid_t pid, tgid;
  struct task_struct *real_parent, *group_leader;
  u64 start_time;
  const struct cred *cred;
  char comm[16];
  struct files_struct *files;
  struct signal_struct *signal;
  struct pid *thread_pid;
  s64 timer_slack_ns;
};

enum hrtimer_mode {
  HRTIMER_MODE_ABS,
  HRTIMER_MODE_REL,
  HRTIMER_MODE_PINNED,
  HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_PINNED,
  HRTIMER_MODE_REL_PINNED,
  HRTIMER_MODE_SOFT,
  HRTIMER_MODE_HARD = 8,
};
enum hrtimer_restart {
  HRTIMER_NORESTART,
  HRTIMER_RESTART,
};
enum wide : unsigned long {
  WIDE_SMALL = 1,
  WIDE_LARGE = 1UL << 40,
};
enum below_zero {
  BELOW_ZERO = -1,
  ABOVE_ZERO = 1,
};
struct hrtimer {
  s64 expires;
  enum hrtimer_restart (*function)(struct hrtimer *);
  enum wide wide;
  enum below_zero sign;
};
struct hrtimer_sleeper {
  struct hrtimer timer;
  struct task_struct *task;
};
struct open_how {
  u64 flags, mode, resolve;
};
struct timespec64 {
  s64 tv_sec;
  long tv_nsec;
};

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos) { return count; }
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos) { return count; }
ssize_t vfs_readv(struct file *file, const void *vec, unsigned long vlen, loff_t *pos, int flags) { return 0; }
int vfs_open(const struct path *path, struct file *file) { return 0; }
int vfs_fsync(struct file *file, int datasync) { return 0; }
int vfs_unlink(struct inode *dir, struct dentry *dentry) { return 0; }
long do_sys_openat2(int dfd, const char __user *filename, struct open_how *how) { return 0; }
struct file *do_filp_open(int dfd, const char *pathname, umode_t mode) { return 0; }
int do_nanosleep(struct hrtimer_sleeper *t, enum hrtimer_mode mode) { return 0; }
enum hrtimer_restart hrtimer_wakeup(struct hrtimer *timer) { return HRTIMER_NORESTART; }
int tcp_connect(struct sock *sk) { return 0; }
int tcp_v4_connect(struct sock *sk, struct sockaddr *uaddr, int addr_len) { return 0; }
int tcp_sendmsg(struct sock *sk, void *msg, size_t size) { return 0; }
void tcp_set_state(struct sock *sk, int state) {}
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb) {}
bool tcp_check_space(struct sock *sk) { return 1; }
const char *sock_name(struct sock *sk) { return 0; }
int finish_task(struct task_struct *prev, struct pid *pid, enum pid_type type) { return 0; }
int many_arguments(int a, int b, int c, int d, int e, int f, int g) { return 0; }
int by_value(struct timespec64 time, int after) { return 0; }
int should_failslab(void *s, unsigned flags) { return 0; }
u8 small_return(u8 small, s64 large, bool flag, signed char sign) { return 0; }
