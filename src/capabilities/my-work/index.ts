import type { Module } from '#kernel/module.ts';
import { routes } from './routes.ts';

/** Việc của tôi: everything that waits for a person in the present post. It owns no data: tasks belong to the cases engine. */
export const myWorkModule: Module = { name: 'my-work', routes };
