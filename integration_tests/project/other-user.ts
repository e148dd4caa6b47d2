import { spawnSync } from 'node:child_process';

/** The user that Airbyte runs pods as, without root. */
const ROOTLESS = 1000;

/**
 * A user who may run `entry` and owns nothing of it, where this process is root and can become one; else undefined: then
 * the tests run as whoever runs them.
 */
export const otherUser = (entry: string): number | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const user = { uid: ROOTLESS, gid: ROOTLESS };
  // Root's home, or wherever else the checkout is, may be closed to everybody else.
  const probe = spawnSync(process.execPath, [entry, '--version'], { ...user, cwd: '/', stdio: 'ignore' });
  return probe.status === 0 ? ROOTLESS : undefined;
};
