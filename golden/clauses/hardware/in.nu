hardware cache-misses --count 10000 { count --by cpu }
