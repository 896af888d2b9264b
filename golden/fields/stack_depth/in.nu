profile --hz 99 {|e| count --by {kernel: ($e.kstack | first 3), user: ($e.ustack | take 5), comm: $e.comm} }
