-- Once an hour the tasks are looked through that somebody has taken who has left: few among the open ones.
create index task_taken on cases.task (agency_id, taken_by_post_id) where state = 'open' and taken_by_post_id is not null;
