profile --every 10ms { count --by [ustack comm] }
