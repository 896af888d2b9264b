# Which processors run processes: samples of each, 99 a second.
overlay use nubpf

profile --hz 99 { where pid != 0 | lhist cpu --max 1000 --step 1 }
