import { expect } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

/** The message with which settings are refused. */
export function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('expected the settings to be refused');
}
