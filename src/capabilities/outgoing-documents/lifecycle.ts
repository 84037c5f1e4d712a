import { defineLifecycle } from '#engines/cases/index.ts';
import { lifecycleTable } from './domain/lifecycle.ts';

export const lifecycle = defineLifecycle(lifecycleTable);
