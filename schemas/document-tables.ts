import mapping from './default-mapping.json' with { type: 'json' };
import destination from './destination-config.json' with { type: 'json' };
import { mappingTable } from './mapping-table.ts';
import { optionTable } from './option-table.ts';
import source from './source-config.json' with { type: 'json' };

/** A table in a document that follows from a schema. */
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

/** The document with the table between its two comments. Throws when they are not there. */
export const withTable = (document: string, { file, name, text }: DocumentTable): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of the ${name} -->`];
  const [start, stop] = [document.indexOf(begin), document.indexOf(end)];
  if (start === -1 || stop < start) throw new Error(`${file} has no place for the ${name}`);
  return `${document.slice(0, start + begin.length)}\n\n${text}\n\n${document.slice(stop)}`;
};
