let a = 1
mut b = 0x1f
const c = "x"
$b += 2
for i in 0..<4 { break }
while $a < 3 { continue }
loop { return 5 }
if $a == 1 { 1 } else if $a == 2 { 2 } else { 3 }
match $a { 1 | 2 => { 3 }, 4..5 => 6, _ if $b > 1 => { } }
use std/assert
overlay use nubpf
# What it does.
def main [
  pid?: int  # a process
  --comm (-c): string = "bash"
  --loud
  ...rest: string
] { kprobe f { count } }
