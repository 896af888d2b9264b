count --by comm
