import type { RedisScript } from '../../redis/link.ts';
import { INDEX_SCRIPTS } from './index-scripts.ts';
import { OPERATION_SCRIPTS } from './operation-scripts.ts';

/** For `createRedisLink`. */
export const LEDGER_SCRIPTS = { ...INDEX_SCRIPTS, ...OPERATION_SCRIPTS } as const satisfies Record<string, RedisScript>;
