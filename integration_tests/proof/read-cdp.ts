import { parseExactly } from '../simulators/ortto/json.ts';

// Reads a CDP back through Ortto's API, as anybody with the key could, without a line of the destination's code.

export interface CdpEntity {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface CdpContent {
  readonly people: readonly CdpEntity[];
  readonly organizations: readonly CdpEntity[];
  /** Ids of custom fields by name, per kind. */
  readonly personFields: ReadonlyMap<string, string>;
  readonly organizationFields: ReadonlyMap<string, string>;
}

const PERSON_FIELDS = ['str::first', 'str::last', 'str::email', 'str::postal', 'geo::city', 'bol::p', 'idt::o'];
const ORGANIZATION_FIELDS = ['str:o:name', 'str:o:website', 'int:o:employees'];

interface Page {
  readonly contacts?: readonly CdpEntity[] | null;
  readonly accounts?: readonly CdpEntity[] | null;
  readonly has_more: boolean;
  readonly next_offset: number;
  readonly cursor_id: string;
}

export const readCdp = async (url: string, apiKey: string): Promise<CdpContent> => {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { 'X-Api-Key': apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return parseExactly(await answer.text());
  };

  const readAll = async (path: string, fields: readonly string[]): Promise<CdpEntity[]> => {
    const found: CdpEntity[] = [];
    let from: { offset: number; cursor_id?: string } = { offset: 0 };
    for (;;) {
      const page = (await post(path, { limit: 500, fields, ...from })) as Page;
      found.push(...(page.contacts ?? page.accounts ?? []));
      if (!page.has_more) return found;
      from = { offset: page.next_offset, cursor_id: page.cursor_id };
    }
  };

  const customOf = async (kind: 'person' | 'accounts'): Promise<Map<string, string>> => {
    const answer = (await post(`${kind}/custom-field/get`, {})) as {
      fields: readonly ({ id: string; name: string } | { field: { id: string; name: string } })[];
    };
    return new Map(
      answer.fields.map((entry) => ('field' in entry ? entry.field : entry)).map(({ id, name }) => [name, id]),
    );
  };

  const [personFields, organizationFields] = await Promise.all([customOf('person'), customOf('accounts')]);
  return {
    people: await readAll('person/get', [...PERSON_FIELDS, ...personFields.values()]),
    organizations: await readAll('accounts/get', [...ORGANIZATION_FIELDS, ...organizationFields.values()]),
    personFields,
    organizationFields,
  };
};
