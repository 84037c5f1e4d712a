// Loaded first in the process of each test file: what Node makes of the sources is kept for the next one, which starts in half the time. Not in its
// threads (one that is ended while it writes the cache takes the process along), nor in the processes that tests start as users would.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) enableCompileCache(join(import.meta.dirname, '../.cache/compile'));
