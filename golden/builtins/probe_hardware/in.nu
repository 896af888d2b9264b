hardware cache-misses { count --by comm } --count 10000
