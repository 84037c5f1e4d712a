-- 30/2020/NĐ-CP App. I, Part II.II.1.c: all kinds of copies of an agency share one series, which begins anew on 1 January.
alter table registers.register
  drop constraint register_kind_check,
  add constraint register_kind_check check (kind in ('outgoing', 'incoming', 'copy'));
