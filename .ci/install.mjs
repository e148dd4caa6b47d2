// Runs before every npm script, on whatever Node the machine has (18 or newer), so it uses nothing newer.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lock = path.join(root, 'package-lock.json');
const installed = path.join(root, 'node_modules', '.package-lock.json');

const isStale = !existsSync(installed) || statSync(lock).mtimeMs > statSync(installed).mtimeMs;
if (isStale) {
  console.error('Installing dependencies (npm ci) ...');
  // Through a shell, because npm is a script with another name on Windows. `--include` beats an environment that
  // leaves development or optional packages out: the tests need the former, Node 24 itself is one of the latter.
  execFileSync('npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 2, 2],
  });
}

const bin = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
if (!existsSync(bin)) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    console.error(
      `This machine (${process.platform}-${process.arch}) has Node ${process.versions.node} and gets none from npm. ` +
        'Install Node 22.19 or newer and run the command again.',
    );
    process.exit(1);
  }
}
