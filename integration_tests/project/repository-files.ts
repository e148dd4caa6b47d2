import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../fixtures/root.ts';

/** Every file of the repository, from its root, those not yet added to Git included; never empty. */
export const repositoryFiles = (): string[] => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = listed
    .toString()
    .split('\0')
    // Git still lists what was removed a moment ago.
    .filter((file) => file !== '' && existsSync(path.join(root, file)));
  if (files.length === 0) throw new Error('Git lists no file here.');
  return files;
};
