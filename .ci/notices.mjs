// Writes THIRD-PARTY-NOTICES: name, version, licence and licence text of every package that is there, of those installed.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const lock = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8'));

const notice = (folder) => {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const licence = manifest.license?.type ?? manifest.license ?? 'no licence named';
  const texts = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const body = texts
    .filter((name) => existsSync(path.join(folder, name)))
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim());
  // Some packages, faros-airbyte-cdk 0.11.26 among them, carry their licence only in the manifest.
  const text = body.length > 0 ? body.join('\n\n') : `Licensed under ${licence}, as its package manifest says.`;
  return `${manifest.name} ${manifest.version} (${licence})\n\n${text}\n`;
};

const folders = Object.keys(lock.packages).filter((folder) => existsSync(path.join(folder, 'package.json')));
if (folders.length === 0) throw new Error('No packages found: run npm ci first.');
writeFileSync('THIRD-PARTY-NOTICES', folders.map(notice).join(`\n${'-'.repeat(80)}\n\n`));
