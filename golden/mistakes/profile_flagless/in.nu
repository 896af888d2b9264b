profile { count --by kstack }
