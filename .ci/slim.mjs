// Takes out of node_modules what the entry points given cannot reach: other builds of the same code, source maps, types,
// tests, and packages behind doors that are never opened. What can be reached is read off the code, not off a run: every
// name in `require()`, `import` or `from`, in every file that such a name leads to. Also a name in a comment counts, so that
// more is kept than needed rather than less. Manifests and licences of the packages kept stay.
import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = path.resolve('node_modules');
const NAME = /\b(?:require(?:\.resolve)?\s*\(|from|import\s*\(?)\s*(['"])([^'"\n]+)\1/g;
// A name that is only known at run time leads to files that nobody can see here.
const COMPUTED = /\b(?:require|import)\(\s*[^'"\s)]/;
// The CDK's runners load the files named on the command line; ours do so by themselves.
const HARMLESS = new Set(
  ['sources/source-runner.js', 'destinations/destination-runner.js'].map((file) =>
    path.join(packages, 'faros-airbyte-cdk/lib', file),
  ),
);
const LICENCE = /^(licen[cs]e|notice|copying)/i;

const attempt = (resolve) => {
  try {
    return [resolve()];
  } catch {
    return [];
  }
};

/** The files a name leads to: as `require` and as `import` find it, which differ where a package has a build for each. */
const leadsTo = (name, file) => {
  if (isBuiltin(name)) return [];
  const required = attempt(() => createRequire(file).resolve(name));
  // For our own code only: a name is looked up from here as from there.
  const isBare = !name.startsWith('.') && !path.isAbsolute(name);
  const imported = isBare && !file.startsWith(packages) ? attempt(() => fileURLToPath(import.meta.resolve(name))) : [];
  return [...required, ...imported].filter((found) => existsSync(found) && !found.endsWith('.d.ts'));
};

const reachable = (entries) => {
  const reached = new Set();
  const waiting = entries.map((entry) => path.resolve(entry));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    if (!/\.[cm]?[jt]s$/.test(file)) continue;
    for (const [, , name] of readFileSync(file, 'utf8').matchAll(NAME)) waiting.push(...leadsTo(name, file));
  }
  return reached;
};

/** Node reads the manifests on the way from a file up to its package. */
const manifestsOf = (file) => {
  const found = [];
  for (let folder = path.dirname(file); folder !== packages; folder = path.dirname(folder)) {
    found.push(path.join(folder, 'package.json'));
    if (path.basename(path.dirname(folder)) === 'node_modules') break;
  }
  return found;
};

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));

const removeEmpty = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(path.join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
};

const entries = process.argv.slice(2);
if (entries.length === 0) throw new Error('Name the entry points: node .ci/slim.mjs <main.ts> ...');
const code = [...reachable(entries)].filter((file) => file.startsWith(packages + path.sep));
if (code.length === 0) throw new Error('The entry points reach no package: run npm ci first.');
const unclear = code.filter(
  (file) => /\.[cm]?js$/.test(file) && !HARMLESS.has(file) && COMPUTED.test(readFileSync(file, 'utf8')),
);
if (unclear.length > 0) throw new Error(`What these load cannot be told from their code:\n${unclear.join('\n')}`);
const kept = new Set([...code, ...code.flatMap(manifestsOf)]);
const homes = new Set(
  [...kept].filter((file) => path.basename(file) === 'package.json').map((file) => path.dirname(file)),
);

const all = filesIn(packages);
const isKept = (file) =>
  kept.has(file) ||
  (LICENCE.test(path.basename(file)) && homes.has(path.dirname(file))) ||
  file === path.join(packages, '.package-lock.json');
const megabytes = (files) => (files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6).toFixed(1);
const before = `${all.length} files, ${megabytes(all)} MB`;
for (const file of all) if (!isKept(file)) rmSync(file);
removeEmpty(packages);
const left = filesIn(packages);
console.log(`node_modules: ${before} before, ${left.length} files, ${megabytes(left)} MB after`);
