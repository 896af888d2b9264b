profile 99 { count --by kstack }
