trace { count --by comm }
