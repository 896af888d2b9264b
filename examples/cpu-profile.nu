# Which programs use the processors: samples, 99 a second on each.
overlay use nubpf

profile --hz 99 {
  where pid != 0 | count --by comm
}
