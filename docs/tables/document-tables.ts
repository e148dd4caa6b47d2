import { changelogTable } from './changelog-table.ts';
import mapping from '../../schemas/default-mapping.json' with { type: 'json' };
import destination from '../../schemas/destination-config.json' with { type: 'json' };
import { mappingTable } from './mapping-table.ts';
import { ownFieldsTable } from './own-fields-table.ts';
import type { OwnFields } from './own-fields-table.ts';
import { optionTable } from './option-table.ts';
import source from '../../schemas/source-config.json' with { type: 'json' };

/** A table in a document that follows from what the project has elsewhere. */
export interface DocumentTable {
  /** The document, from the root of the project. */
  readonly file: string;
  /** Stands in the comments around the table. */
  readonly name: string;
  readonly text: string;
}

export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  { file: 'README.md', name: 'options of the source', text: optionTable(source, 'top') },
  { file: 'README.md', name: 'options of the destination', text: optionTable(destination, 'top') },
  { file: 'docs/source-salesforce-cdp.md', name: 'options of the source', text: optionTable(source) },
  { file: 'docs/destination-ortto-cdp.md', name: 'options of the destination', text: optionTable(destination) },
  { file: 'docs/destination-ortto-cdp.md', name: 'default mapping', text: mappingTable(mapping) },
];

/** Those that follow from the changelog and from code, which the schemas do not know. */
export const tablesBeyondSchemas = (changelog: string, ownFields: OwnFields): readonly DocumentTable[] => [
  { file: 'docs/destination-ortto-cdp.md', name: 'own fields', text: ownFieldsTable(ownFields) },
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
