profile --hz 99 { count --by kstack }
