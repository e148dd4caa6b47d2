import { readFileSync, writeSync } from 'node:fs';

// Loaded into a measured process before anything else: at its end it writes to file descriptor 3 what it has used.

/** Microseconds of processor time, and the most kilobytes that were in memory at once. */
export interface Usage {
  readonly user: number;
  readonly system: number;
  readonly peakKb: number;
}

/** The kernel's own maximum includes what the parent had in memory when it started this process, where /proc does not. */
const peakKb = (): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
};

process.on('exit', () => {
  const { userCPUTime: user, systemCPUTime: system } = process.resourceUsage();
  const usage: Usage = { user, system, peakKb: peakKb() };
  writeSync(3, JSON.stringify(usage));
});
