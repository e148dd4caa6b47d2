import { LEFT_OUT_REASONS, REJECT_REASONS, SKIP_REASONS } from '../../destination-ortto-cdp/reasons.ts';
import { REFUSALS } from '../../destination-ortto-cdp/ortto/refusals.ts';
import { SYSTEM_FIELDS } from '../../destination-ortto-cdp/ortto/system-fields.ts';
import { LAYERS } from '../../layers.ts';
import mapping from '../../schemas/default-mapping.json' with { type: 'json' };
import destination from '../../schemas/destination-config.json' with { type: 'json' };
import source from '../../schemas/source-config.json' with { type: 'json' };
import { changelogTable } from './changelog-table.ts';
import { mappingTable } from './mapping-table.ts';
import { folderMap } from './folder-map.ts';
import { optionTable } from './option-table.ts';
import { ownFieldsTable } from './own-fields-table.ts';
import { reasonTable } from './reason-table.ts';
import { refusalTable } from './refusal-table.ts';

/** A table in a document that follows from what the project has elsewhere. */
export interface DocumentTable {
  /** The document, from the root of the project. */
  readonly file: string;
  /** Its name in the comments around the table. */
  readonly name: string;
  readonly text: string;
}

const [SOURCE, DESTINATION] = ['docs/source-salesforce-cdp.md', 'docs/destination-ortto-cdp.md'] as const;

/** All of them; `changelog` is the text of CHANGELOG.md. */
export const documentTables = (changelog: string): readonly DocumentTable[] => [
  { file: 'README.md', name: 'folders', text: folderMap(LAYERS) },
  { file: 'docs/architecture.md', name: 'folders', text: folderMap(LAYERS) },
  { file: 'README.md', name: 'options of the source', text: optionTable(source, 'top') },
  { file: 'README.md', name: 'options of the destination', text: optionTable(destination, 'top') },
  { file: SOURCE, name: 'options of the source', text: optionTable(source) },
  { file: DESTINATION, name: 'options of the destination', text: optionTable(destination) },
  { file: DESTINATION, name: 'default mapping', text: mappingTable(mapping) },
  { file: DESTINATION, name: 'own fields', text: ownFieldsTable(SYSTEM_FIELDS) },
  { file: DESTINATION, name: 'reasons of skips', text: reasonTable(SKIP_REASONS, 'means') },
  { file: DESTINATION, name: 'reasons of fields left out', text: reasonTable(LEFT_OUT_REASONS, 'do this') },
  { file: DESTINATION, name: 'reasons of rejections', text: reasonTable(REJECT_REASONS, 'do this') },
  { file: DESTINATION, name: "meanings of Ortto's refusals", text: refusalTable(REFUSALS) },
  ...['source-salesforce-cdp', 'destination-ortto-cdp'].map((connector) => ({
    file: `docs/${connector}.md`,
    name: 'releases',
    text: changelogTable(changelog, connector),
  })),
];

/** The document with the table between its two comments. Throws when they are not there. */
export const withTable = (document: string, { file, name, text }: DocumentTable): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of the ${name} -->`];
  const [start, stop] = [document.indexOf(begin), document.indexOf(end)];
  if (start === -1 || stop < start) throw new Error(`${file} has no place for the ${name}`);
  return `${document.slice(0, start + begin.length)}\n\n${text}\n\n${document.slice(stop)}`;
};
