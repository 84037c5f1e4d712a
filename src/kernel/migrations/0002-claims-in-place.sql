-- A claim changes a job's row once, right after it was written: with room on its page no index has to hear of it.
alter table kernel.job set (fillfactor = 50);
