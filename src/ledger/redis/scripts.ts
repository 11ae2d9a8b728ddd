import type { RedisScript } from '../../redis/link.ts';
import { INBOX_SCRIPTS } from './inbox-scripts.ts';
import { INDEX_SCRIPTS } from './index-scripts.ts';
import { OPERATION_SCRIPTS } from './operation-scripts.ts';
import { TOLD_SCRIPTS } from './told-scripts.ts';

/** For `createRedisLink`. */
export const LEDGER_SCRIPTS = {
  ...INDEX_SCRIPTS,
  ...OPERATION_SCRIPTS,
  ...INBOX_SCRIPTS,
  ...TOLD_SCRIPTS,
} as const satisfies Record<string, RedisScript>;
